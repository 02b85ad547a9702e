internal import Files
internal import HAL
internal import Report

do throws(Options.Instead) {
    let options = try Options(Program.arguments)
    if options.switchesRelaysOff { Program.exit(RelayNote.switchOff(options.folder)) }
    do throws(Boot.Failure) {
        try Boot.run(options.folder)
    } catch {
        Log.error(error.text)
        Program.exit(1)
    }
} catch {
    switch error {
    case .help: Terminal.write(Options.help)
    case .version: Terminal.write("intercomd \(Product.version)\n")
    case .selfTest: Program.exit(SelfTestReport.run())
    case .usage(let complaint):
        Terminal.write("intercomd: \(complaint); see intercomd --help\n", to: .complaint)
        Program.exit(2)
    }
}
Program.exit(0)
