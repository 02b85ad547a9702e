import Testing

@testable import Intercomd

@Suite struct OptionsTests {
    @Test func theFolderMayBeChosen() throws {
        #expect(try Options([]).folder == "/etc/intercomd")
        #expect(try Options(["--config", "/tmp/x"]).folder == "/tmp/x")
    }

    @Test func relaysMayBeSwitchedOffAndNothingElse() throws {
        #expect(try !Options([]).switchesRelaysOff)
        #expect(try Options(["--relays-off", "--config", "/tmp/x"]).switchesRelaysOff)
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
