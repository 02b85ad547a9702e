import Foundation
import Report
import Testing

private struct UsageCase: CustomTestStringConvertible {
    let arguments: [String]
    let complaint: String
    var testDescription: String { arguments.joined(separator: " ") }
}

private let usageCases: [UsageCase] = [
    UsageCase(
        arguments: ["statsu"], complaint: "unknown command \"statsu\"; did you mean \"status\"?"),
    UsageCase(arguments: ["zzz"], complaint: "unknown command \"zzz\"; try: intercomctl help"),
    UsageCase(
        arguments: ["peer"],
        complaint: "\"peer\" needs a subcommand:"
            + " list, show, add, set, verify, rename, replace, remove"),
    UsageCase(
        arguments: ["key", "list"], complaint: "unknown command \"key list\"; try: key show"),
    UsageCase(
        arguments: ["peer", "ad"],
        complaint: "unknown command \"peer ad\"; did you mean \"peer add\"?"),
    UsageCase(
        arguments: ["--jsno"], complaint: "unknown option \"--jsno\"; did you mean \"--json\"?"),
    UsageCase(
        arguments: ["monitor", "--foo"],
        complaint: "unknown option \"--foo\"; try: intercomctl monitor --help"),
    UsageCase(
        arguments: ["--foo", "monitor"],
        complaint: "unknown option \"--foo\"; try: intercomctl monitor --help"),
    UsageCase(
        arguments: ["dnd", "on", "--foo", "1h"],
        complaint: "unknown option \"--foo\"; did you mean \"--for\"?"),
    UsageCase(
        arguments: ["peer", "--no-relaod"],
        complaint: "unknown option \"--no-relaod\"; did you mean \"--no-reload\"?"),
    UsageCase(
        arguments: ["peer", "--foo"],
        complaint: "unknown option \"--foo\"; try: intercomctl peer --help"),
    UsageCase(arguments: ["--config"], complaint: "--config needs a value"),
    UsageCase(arguments: ["--config="], complaint: "--config needs a value"),
    UsageCase(arguments: ["--json=yes"], complaint: "--json takes no value"),
    UsageCase(
        arguments: ["status", "now"], complaint: "usage: intercomctl status [--json]"),
    UsageCase(
        arguments: ["status", "--fingerprint"],
        complaint: "status takes no --fingerprint; usage: intercomctl status [--json]"),
    UsageCase(
        arguments: ["peer", "add", "x"],
        complaint: "usage: intercomctl peer add [--psk-file FILE] [--suite N] [--gain DB]"
            + " [--no-reload] [--json] NAME ADDRESS KEY"),
    UsageCase(
        arguments: ["announce", "house", "supper.wav"],
        complaint: "a file is given as an option: announce house --file supper.wav"),
    UsageCase(
        arguments: ["ptt", "dwon", "house"],
        complaint: "unknown action \"dwon\"; did you mean \"down\"? (down or up)"),
    UsageCase(
        arguments: ["help", "stauts"],
        complaint: "unknown command \"stauts\"; did you mean \"status\"?"),
    UsageCase(
        arguments: ["\u{1b}[2Jstatus"],
        complaint: "unknown command \"?[2Jstatus\"; try: intercomctl help"),
]

@Suite struct UsageTests {
    @Test(arguments: usageCases) fileprivate func isRefusedWithTwo(_ usage: UsageCase) throws {
        let outcome = try Intercomctl.run(usage.arguments)
        #expect(outcome.code == 2)
        #expect(outcome.complaint == "intercomctl: \(usage.complaint)\n")
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

    @Test func anOutputThatCannotBeWrittenIsOne() throws {
        for arguments in [["help"], ["version"], ["audio", "list"], ["version", "--json"]] {
            let outcome = try Intercomctl.run(arguments, intoFullDisk: true)
            #expect(outcome.code == 1)
            #expect(outcome.complaint.contains("the output cannot be written"))
        }
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
            for command in [
                "status", "peers", "ptt", "monitor", "key show", "peer add", "setup", "doctor",
                "config check", "config show", "config diff", "reload", "test speaker", "test mic",
                "test loop", "test button", "test led", "audio list", "gpio list", "version",
                "help",
            ] {
                #expect(outcome.output.contains("\n  \(command) "))
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

    @Test(arguments: [["peer", "--help"], ["peer", "-h"], ["help", "peer"]])
    func helpOfAGroupNamesItsCommandsAndEndsWithZero(arguments: [String]) throws {
        let outcome = try Intercomctl.run(arguments)
        #expect(outcome.code == 0)
        for command in ["list", "add", "set", "show", "verify", "rename", "replace", "remove"] {
            #expect(outcome.output.contains("  peer \(command) "))
        }
        #expect(!outcome.output.contains("ptt"))
    }

    @Test(arguments: [["--version"], ["-V"], ["version"]])
    func theVersionIsTold(arguments: [String]) throws {
        let outcome = try Intercomctl.run(arguments)
        #expect(outcome.code == 0)
        #expect(outcome.output.hasPrefix("intercomctl \(Product.version)"))
    }

    /// What a command cannot do without stands in its usage without brackets.
    @Test func theUsageTellsWhichOptionIsNeeded() throws {
        let outcome = try Intercomctl.run(["announce"])
        #expect(outcome.code == 2)
        #expect(outcome.complaint.contains("announce --file FILE.wav [--priority P]"))
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
        let outcome = try Intercomctl.run(["--socket", "/nowhere", "version"])
        #expect(outcome.code == 0)
        #expect(outcome.output == "intercomctl \(Product.version)\n")
        let json = try Intercomctl.run(["--socket", "/nowhere", "version", "--json"])
        #expect(
            json.output
                == "{\"schema\":1,\"version\":\"\(Product.version)\",\"daemon\":null}\n")
    }

    @Test func listsNeedNoDaemonAndNoDevices() throws {
        for (command, key) in [("audio", "cards"), ("gpio", "lines")] {
            let outcome = try Intercomctl.run([command, "list"])
            #expect(outcome.code == 0 && !outcome.output.isEmpty)
            let json = try Intercomctl.run([command, "list", "--json"])
            #expect(json.output.hasPrefix("{\"schema\":1,\"\(key)\":["))
        }
    }

    @Test func daemonNotRunningIsThree() throws {
        for command in [["status"], [], ["peers"], ["monitor"], ["ptt", "down", "x"]] {
            let outcome = try Intercomctl.run(["--socket", "/nowhere/s"] + command)
            #expect(outcome.code == 3)
            #expect(
                outcome.complaint
                    == "intercomctl: intercomd is not running (no answer at /nowhere/s);"
                    + " start it: sudo systemctl start intercomd;"
                    + " why it stopped: intercomctl config check, journalctl -u intercomd\n")
        }
        let json = try Intercomctl.run(["--socket", "/nowhere/s", "status", "--json"])
        #expect(json.code == 3)
        #expect(json.output.hasPrefix("{\"schema\":1,\"error\":{\"code\":\"not_running\","))
    }
}
