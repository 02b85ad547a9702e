import Report
import Testing

@testable import Intercomctl

private let usageCases: [([String], String)] = [
    (["statsu"], "unknown command \"statsu\"; did you mean \"status\"?"),
    (["zzz"], "unknown command \"zzz\"; try: intercomctl help"),
    (
        ["peer"],
        "\"peer\" needs a subcommand: list, show, add, set, verify, rename, replace, remove"
    ),
    (["key", "list"], "unknown command \"key list\"; try: key show"),
    (["peer", "ad"], "unknown command \"peer ad\"; did you mean \"peer add\"?"),
    (["--jsno"], "unknown option \"--jsno\"; did you mean \"--json\"?"),
    (["monitor", "--foo"], "unknown option \"--foo\"; try: intercomctl monitor --help"),
    (["--foo", "monitor"], "unknown option \"--foo\"; try: intercomctl monitor --help"),
    (["dnd", "on", "--foo", "1h"], "unknown option \"--foo\"; did you mean \"--for\"?"),
    (["peer", "--no-relaod"], "unknown option \"--no-relaod\"; did you mean \"--no-reload\"?"),
    (["peer", "--foo"], "unknown option \"--foo\"; try: intercomctl peer --help"),
    (["--config"], "--config needs a value"),
    (["--config="], "--config needs a value"),
    (["--json=yes"], "--json takes no value"),
    (["status", "now"], "usage: intercomctl status [--json]"),
    (
        ["status", "--fingerprint"],
        "status takes no --fingerprint; usage: intercomctl status [--json]"
    ),
    (
        ["peer", "add", "x"],
        "usage: intercomctl peer add [--psk-file FILE] [--suite N] [--gain DB]"
            + " [--no-reload] [--json] NAME ADDRESS KEY"
    ),
    (
        ["announce", "house", "supper.wav"],
        "a file is given as an option: announce house --file supper.wav"
    ),
    (["ptt", "dwon", "house"], "unknown action \"dwon\"; did you mean \"down\"? (down or up)"),
    (["help", "stauts"], "unknown command \"stauts\"; did you mean \"status\"?"),
    (["\u{1b}[2Jstatus"], "unknown command \"?[2Jstatus\"; try: intercomctl help"),
    (["doctor", "dsik"], "unknown topic \"dsik\"; did you mean \"disk\"?"),
]

@Suite struct UsageTests {
    @Test(arguments: usageCases)
    func isRefusedWithTwo(_ arguments: [String], _ complaint: String) throws {
        let outcome = try Intercomctl.run(arguments)
        #expect(outcome.code == 2)
        #expect(outcome.complaint == "intercomctl: \(complaint)\n")
        #expect(outcome.output.isEmpty)
    }

    @Test func aVolumeOfAPeerOrAChannelIsItsGain() throws {
        let folder = try StationFolder("[channel house]\n[peer garage]\nkey = \(otherKey)")
        for (name, said) in [
            ("garage", "sudo intercomctl peer set garage --gain -6dB"),
            ("house", "gain in [channel house]"),
            ("attic", "\"attic\"; try: speaker, ring, tones, page (then 0 to 100, +5 or -5)"),
        ] {
            let outcome = try folder.run("volume", name, "50")
            #expect(outcome.code == 2)
            #expect(outcome.complaint.contains(said), "\(outcome.complaint)")
        }
    }

    @Test(arguments: [["--jsno"], ["--socket"], ["statsu"], ["status", "now"]])
    func jsonTellsWrongUsageToo(arguments: [String]) throws {
        let outcome = try Intercomctl.run(["--json"] + arguments)
        #expect(outcome.code == 2)
        #expect(outcome.output.hasPrefix("{\"schema\":1,\"error\":{\"code\":\"usage\","))
    }

    @Test(arguments: [["help"], ["version"], ["audio", "list"], ["version", "--json"]])
    func anOutputThatCannotBeWrittenIsOne(arguments: [String]) throws {
        let outcome = try Intercomctl.run(arguments, intoFullDisk: true)
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("the output cannot be written"))
    }

    @Test func aFolderThatIsNamedIsTheOneThatIsMeant() throws {
        for command in [["status"], ["ptt", "down", "x"], ["monitor"], ["key", "show"]] {
            let outcome = try Intercomctl.run(["--config", "/nowhere/etc"] + command)
            #expect(outcome.code == 1)
            #expect(
                outcome.complaint.hasPrefix(
                    "intercomctl: open /nowhere/etc/intercomd.conf: No such"))
            #expect(outcome.complaint.contains("intercomctl setup writes it"))
        }
        // The socket's own path needs no configuration.
        let outcome = try Intercomctl.run(["--config", "/nowhere/etc", "--socket", "/nowhere/s"])
        #expect(outcome.code == 3)
    }

    @Test func helpNamesEveryCommandAndEndsWithZero() throws {
        for arguments in [["help"], ["--help"], ["-h"]] {
            let outcome = try Intercomctl.run(arguments)
            #expect(outcome.code == 0)
            for command in Command.all {
                #expect(outcome.output.contains("\n  \(command.name) "))
            }
        }
        let one = try Intercomctl.run(["ptt", "--help"])
        #expect(
            one.code == 0
                && one.output.hasPrefix(
                    "usage: intercomctl ptt [--no-wait] [--json] down|up TARGET\n")
        )
        #expect(try Intercomctl.run(["help", "peer", "add"]).output.contains("--psk-file FILE"))
    }

    /// Help is read at a terminal, and says what each option takes.
    @Test func helpFitsEightyColumns() throws {
        let all = try Intercomctl.run(["help"]).output
        let names = all.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { line in
            line.split(separator: " ").prefix(2).map(String.init)
        }
        #expect(names.count > 40)
        var text = all
        for words in names {
            // Of two words or of one.
            let two = try Intercomctl.run(["help"] + words)
            let one = two.code == 0 ? two : try Intercomctl.run(["help", words[0]])
            #expect(one.code == 0 && one.output.hasPrefix("usage: intercomctl \(words[0])"))
            text += one.output
        }
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        #expect(try Intercomctl.run(["dnd", "--help"]).output.contains("--for TIME  90s, 30m"))
    }

    @Test func versionNeedsNoDaemon() throws {
        for typed in [["--version"], ["-V"], ["version"]] {
            let outcome = try Intercomctl.run(["--socket", "/nowhere"] + typed)
            #expect(outcome.code == 0 && outcome.output == "intercomctl \(Product.version)\n")
        }
        let json = try Intercomctl.run(["--socket", "/nowhere", "version", "--json"])
        #expect(
            json.output == "{\"schema\":1,\"version\":\"\(Product.version)\",\"daemon\":null}\n")
    }

    @Test(arguments: [("audio", "cards"), ("gpio", "lines")])
    func listsNeedNoDaemonAndNoDevices(command: String, key: String) throws {
        let outcome = try Intercomctl.run([command, "list"])
        #expect(outcome.code == 0 && !outcome.output.isEmpty)
        let json = try Intercomctl.run([command, "list", "--json"])
        #expect(json.output.hasPrefix("{\"schema\":1,\"\(key)\":["))
    }

    @Test func daemonNotRunningIsThree() throws {
        for command in [["status"], [], ["peers"], ["monitor"], ["ptt", "down", "x"]] {
            let outcome = try Intercomctl.run(["--socket", "/nowhere/s"] + command)
            #expect(outcome.code == 3)
            #expect(
                outcome.complaint
                    == "intercomctl: intercomd is not running (no answer at /nowhere/s);"
                    + " start it: sudo systemctl start intercomd;"
                    + " why it stopped: sudo intercomctl config check, journalctl -u intercomd\n")
        }
        let json = try Intercomctl.run(["--socket", "/nowhere/s", "status", "--json"])
        #expect(json.code == 3)
        #expect(json.output.hasPrefix("{\"schema\":1,\"error\":{\"code\":\"not_running\","))
    }
}
