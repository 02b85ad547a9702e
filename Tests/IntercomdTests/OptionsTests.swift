import Testing

@testable import Intercomd

@Suite struct OptionsTests {
    @Test func folderAndRelaysMayBeChosen() throws {
        let usual = try Options([])
        #expect(usual.folder == "/etc/intercomd" && !usual.switchesRelaysOff)
        let chosen = try Options(["--relays-off", "--config", "/tmp/x"])
        #expect(chosen.folder == "/tmp/x" && chosen.switchesRelaysOff)
    }

    @Test(
        arguments: [
            (["--help"], Options.Instead.help),
            (["--version"], .version),
            (["--config"], .usage("--config needs a folder")),
            (["--confg", "x"], .usage("'--confg' is not an option of intercomd")),
            (["start"], .usage("'start' is not an option of intercomd")),
        ] as [([String], Options.Instead)])
    func whatElseIsAskedForIsSaid(arguments: [String], instead: Options.Instead) {
        #expect(throws: instead) { _ = try Options(arguments) }
    }
}
