import Testing

@testable import Config

/// A slip is reported once: a setting that is missing because of it is not reported.
@Suite struct FollowUpTests {
    @Test(arguments: [
        ("[station]\nname = K\u{fc}che\n", "2: the character U+00FC in column 9: only plain"),
        ("[station]\nname: kitchen\n", "2: \"name: kitchen\" is neither"),
        ("[station]\nnmae = kitchen\n", "2: \"nmae\" is not a setting of [station]"),
        ("[Station]\nname = kitchen\n", "1: [Station] is not a section; did you mean \"station\"?"),
        ("[station\nname = kitchen\n", "1: a section is written"),
        ("name = kitchen\n", "1: \"name\" stands before the first"),
        ("[station]\nname = a\n[button p]\nline = GPIO1\ntakl = house\n[channel house]\n", "5: "),
        ("[station]\nname = a\n[button p]\nlien = GPIO1\ntalk = house\n[channel house]\n", "4: "),
        ("[station]\nname = a\n[lamp p]\nline = GPIO1\nshwo = talking\n", "5: "),
        ("[station]\nname = a\n[peer p]\nkye = x\n", "4: "),
        (
            "[station]\nname = a\n[channel c]\nmembers = b, \\\n  c\n",
            "4: \"members\" ends in \\, and lines are not continued"
        ),
        (
            "[station]\nname = a\n[events]\non-event = /bin/true \\ # as in a shell\n",
            "4: \"on-event\" ends in \\"
        ),
    ])
    func aSlipIsToldAlone(text: String, complaint: String) {
        let found = complaints(text)
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix("a.conf:\(complaint)"), "\(found)")
    }

    @Test func aBackslashInACommentOrANoteContinuesNothing() throws {
        let config = try parse("[station] # \\\nx-share = C:\\\nname = a # a \\\n# \\\n[audio]\n")
        #expect(config.station.name == "a")
    }

    /// A slip in another section hides nothing.
    @Test func whatIsMissingForItselfIsTold() {
        let found = complaints("[station]\nname = a\n[audio]\nx = 1\n[button p]\nline = GPIO1\n")
        #expect(found.count == 2)
        #expect(complaints("[audio]\nx = 1\n").count == 2)
        #expect(complaints("[station]\n[audio]\nname: x\n").count == 2)
    }

    @Test func whatWorksHereAndMaybeNotThereIsAWarning() throws {
        let port = try parse("[station]\nname = a\n[network]\n\nport = 80\n")
        #expect(port.warnings.map { $0.origin.line } == [5])
        #expect(port.warnings[0].what.contains("1024 to 65535"))
        let own = try parse("[station]\nname = a\n", peers: "[peer a]\nkey = \(keyA)\n")
        #expect(own.warnings.map { $0.origin.file } == ["p.conf"])
        #expect(own.warnings[0].what.contains("this station's own name"))
        #expect(try parse("[station]\nname = a\n[network]\nport = 1024\n").warnings.isEmpty)
    }

    /// The sections that name a broker have the same settings, and each has its own.
    @Test(arguments: ["rendezvous", "home-assistant"])
    func aBrokerIsReadAndItsSlipsAreWarnings(of section: String) throws {
        func read(_ lines: String) throws -> (Config, access: Config.BrokerAccess) {
            let config = try parse("[station]\nname = a\n[\(section)]\n\(lines)")
            let (one, other) = (config.rendezvous.access, config.homeAssistant.access)
            #expect((section == "rendezvous" ? other : one) == Config.BrokerAccess())
            return (config, section == "rendezvous" ? one : other)
        }
        let whole = try read(
            "broker = mqtts://b.example\nuser = u\npassword-file = /p\nca = /c\n")
        #expect(whole.access.broker?.address.description == "b.example:8883")
        #expect(whole.access.broker?.isEncrypted == true && whole.access.user == "u")
        #expect(whole.access.passwordFile == "/p" && whole.access.ca == "/c")
        #expect(whole.0.warnings.isEmpty)
        let none = try read("user = u\n").0.warnings.map(\.what)
        #expect(none == ["[\(section)] has no broker, so nothing in it has an effect"])
        let slips: [(String, [String])] = [
            ("mqtt://b.example", []),
            ("mqtt://b.example\nuser = u", ["mqtt:// shows the password: write mqtts://"]),
            ("mqtt://b.example\nca = /c", ["ca has no effect with mqtt://: write mqtts://"]),
            (
                "mqtts://b.example\npassword-file = /p",
                ["password-file has no effect without user: set user"]
            ),
        ]
        for (lines, warnings) in slips {
            #expect(try read("broker = \(lines)\n").0.warnings.map(\.what) == warnings, "\(lines)")
        }
    }
}
