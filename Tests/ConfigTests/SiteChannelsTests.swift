import Testing

@testable import Config

/// Channels that come with a site, beside the files that people write.
@Suite struct SiteChannelsTests {
    private static let peers = """
        [peer garage]
        key = \(keyA)
        [peer attic]
        key = \(keyB)
        """
    private static let stranger =
        "intercom1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:aaaa"
    private static let up = "[channel up]\nmembers = \(keyA), \(keyB)\n"

    private static func read(
        _ site: String?, _ rest: String = "", peers: String = peers
    ) throws(ConfigError) -> Config {
        var sources = [
            ConfigSource(
                role: .main, path: "a.conf", bytes: Array("[station]\nname = a\n\(rest)".utf8)),
            ConfigSource(role: .learned, path: "l.conf", bytes: Array(peers.utf8)),
        ]
        // Among the others, as after a change of a peer.
        if let site {
            let file = ConfigSource(role: .site, path: "site.conf", bytes: Array(site.utf8))
            sources.insert(file, at: 1)
        }
        return try Config(sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
    }

    private static func complaint(_ site: String?, _ rest: String = "") -> String {
        do throws(ConfigError) {
            _ = try read(site, rest)
            return ""
        } catch { return error.description }
    }

    @Test func membersAreThePeersThatHaveTheKeys() throws {
        // One has another name here, one is no peer here.
        let peers = Self.peers.replacing("attic", with: "loft")
        let site = "[channel up]\nmembers = \(keyB), \(Self.stranger), \(keyA.uppercased())\n"
        let config = try Self.read(
            site, "[button b]\nline = GPIO1\ntalk = up\n[button c]\nline = GPIO2\npress = call up",
            peers: peers)
        #expect(config.channels.map(\.name) == ["up"])
        #expect(config.channels[0].members == .named(["loft", "garage"]))
        #expect(config.channels[0].isOfSite)
        #expect(config.buttons[0].talk == .channel("up"))
        #expect(config.warnings.isEmpty)
        // A channel of strangers is none, and one without members is no channel of all.
        #expect(try Self.read("[channel up]\nmembers = \(Self.stranger)\n").channels.isEmpty)
        #expect(try Self.read("[channel up]\nmembers = garage\n").channels.isEmpty)
        #expect(try Self.read("[channel up]\n").channels.isEmpty)
    }

    @Test func aPersonsOwnWordComesFirst() throws {
        let own = try Self.read(Self.up, "[channel up]\nmembers = garage\n")
        #expect(own.channels.map(\.members) == [.named(["garage"])])
        #expect(own.warnings.isEmpty)
        #expect(try Self.read(Self.up, "[site]\nsettings = no\n").channels.isEmpty)
        let peer = try Self.read(Self.up.replacing("channel up", with: "channel garage"))
        #expect(peer.channels.isEmpty)
        #expect(
            peer.warnings.map(\.what)
                == [
                    "[channel garage] of the site is ignored: that is the name of the peer at"
                        + " l.conf:1"
                ])
        let reserved = try Self.read(Self.up.replacing("channel up", with: "channel mic"))
        #expect(reserved.channels.isEmpty && reserved.warnings.count == 1)
    }

    /// What an introducer does far away makes no settings wrong here.
    @Test func aButtonMayWaitForAChannelOfTheSite() throws {
        let buttons = """
            [button b]
            line = GPIO1
            talk = upp
            [button c]
            line = GPIO2
            press = call loft
            """
        let config = try Self.read(Self.up, buttons)
        #expect(
            config.warnings.map(\.description)
                == [
                    "a.conf:5: talk: there is no channel or peer \"upp\" now: nobody hears it;"
                        + " did you mean \"up\"?",
                    "a.conf:8: press: there is no channel or peer \"loft\" now: nobody hears it",
                ])
        #expect(config.buttons[0].talk == .channel("upp"))
        #expect(config.listeners(of: .channel("upp")) == [])
        #expect(config.channels.map(\.name) == ["up", "upp", "loft"])
        // It is in no file.
        #expect(!config.effective.contains("[channel upp]"))
        #expect(config.effective.contains("# site.conf\n[channel up]\nmembers = garage, attic\n"))
        #expect(config.awaited == config.warnings)
        let way =
            "for a channel, where the site is introduced: sudo intercomctl site channel loft"
            + " STATIONS, with all that are to be in it; for a station: pair with that station, or"
            + " join its site; or give the button another target"
        #expect(config.awaited[1].fix == way)
        #expect(config.awaited[0].fix.hasPrefix("did you mean \"up\"? if not: for a channel,"))
        // A peer may have gone with the site, too; then there is nothing to be spoken to.
        let signal = try Self.read(
            Self.up, "[button b]\nline = GPIO1\npress = signal x\nhold = relay door@x\n")
        #expect(signal.awaited.count == 2 && signal.channels.map(\.name) == ["up"])
        #expect(!signal.awaited.contains { $0.fix.contains("channel") })
        // Negative controls: no site; this station's own.
        #expect(Self.complaint(nil, buttons).contains("no channel or peer \"upp\""))
        // Without the channels of the site it waits all the same; so do lists and policies.
        let others = "[channel own]\nmembers = gone\n[policy gone]\ncall = ring\n"
        for settings in ["no", "yes"] {
            let rest = "[site]\nsettings = \(settings)\n\(buttons)\n\(others)"
            #expect(try Self.read(Self.up, rest).warnings.count == 4)
        }
        #expect(Self.complaint(nil, others).hasPrefix("a.conf:4: members: there is no [peer gone]"))
        #expect(
            Self.complaint(Self.up, "[button b]\nline = GPIO1\npress = relay door\n")
                .contains("no relay \"door\""))
        #expect(
            Self.complaint(nil, "[button b]\nline = GPIO1\npress = signal x\n")
                .contains("no peer \"x\""))
    }

    /// A site has as many channels as a station; those that buttons name come first.
    @Test func theLimitLeavesTheSitesOut() throws {
        let own = (1...14).map { "[channel own\($0)]\n" }.joined()
        let site = (1...4).map { "[channel site\($0)]\nmembers = \(keyA)\n" }.joined()
        let button = "[button b]\nline = GPIO1\ntalk = site4\n"
        let config = try Self.read(site, own + button)
        #expect(config.channels.suffix(2).map(\.name) == ["site1", "site4"])
        #expect(config.channels.count == Limits.channels)
        #expect(config.warnings.count == 2)
        let waiting = try Self.read(site, own + button.replacing("site4", with: "site5"))
        #expect(waiting.channels.suffix(2).map(\.name) == ["site1", "site5"])
        // Full without the site: it is the person's to mend.
        let full = own + "[channel own15]\n[channel own16]\n"
        #expect(try Self.read(site, full).channels.count == Limits.channels)
        #expect(Self.complaint(site, full + button).contains("no channel or peer \"site4\""))
    }

    /// A damaged file costs channels, and not the station.
    @Test func nothingInItsFileMakesSettingsWrong() throws {
        for (site, channels, warnings) in [
            ("[peer x]\nkey = \(Self.stranger)\n", [], 1),
            ("[policy]\nrelay = door\n", [], 1),
            ("[channel A B]\nmembers = \(keyA)\n", [], 1),
            ("[channel]\nmembers = \(keyA)\n", [], 1),
            ("\0\0\0\0", [], 1),
            ("[chan", [], 1),
            (Self.up + Self.up, ["up"], 1),
            (Self.up + "gain = loud\n", [], 1),
            (Self.up + "members = \(keyA)\n", [], 1),
            (Self.up + "\u{e9}\n", ["up"], 1),
            ("", [], 0),
        ] as [(String, [String], Int)] {
            let config = try Self.read(site)
            #expect(config.channels.map(\.name) == channels, "\(site)")
            #expect(config.warnings.count == warnings, "\(site): \(config.warnings)")
        }
        // Negative control: the same in a person's own file is wrong.
        #expect(Self.complaint("", "[channel A B]\n") != "")
    }

    /// Two buttons with one missing name, and one of each kind, share one channel.
    @Test func buttonsThatWaitForOneNameShareIt() throws {
        let buttons = """
            [button b]
            line = GPIO1
            talk = up
            press = mute up
            [button c]
            line = GPIO2
            talk = up
            """
        let own = (1...15).map { "[channel own\($0)]\n" }.joined()
        let config = try Self.read("", own + buttons)
        #expect(config.channels.count == Limits.channels)
        #expect(config.channels.last?.isWaiting == true)
        #expect(config.warnings.count >= 2)
        // A name of the station's own does not take a place that a channel could have.
        let mute = "[button b]\nline = GPIO1\npress = mute mic\nhold = mute speaker\n"
        #expect(try Self.read(Self.up, own + mute).channels.last?.name == "up")
    }

    @Test func anIntroducerThatIsNoPeerIsTold() throws {
        let config = try Self.read(nil, "[site]\nintroductions = from garag\n")
        #expect(
            config.warnings.map(\.description)
                == [
                    "a.conf:4: introductions: there is no [peer garag] yet, so no site is joined;"
                        + " did you mean \"garage\"?"
                ])
        #expect(try Self.read(nil, "[site]\nintroductions = from garage\n").warnings.isEmpty)
        #expect(try Self.read(nil, "[site]\nintroductions = ask\n").warnings.isEmpty)
    }

    @Test(
        arguments: [
            ("", false),
            ("[button b]\nline = GPIO1\ntalk = garage\n", true),
            ("[button b]\nline = GPIO1\npress = signal garage\n", true),
            ("[button b]\nline = GPIO1\nhold = relay door@garage\n", true),
            ("[button b]\nline = GPIO1\ntalk = attic\n", false),
            ("[channel own]\nmembers = garage, attic\n", true),
            ("[channel own]\nmembers = *\n", false),
            ("[policy garage]\ncall = ring\n", true),
        ] as [(String, Bool)])
    func aPeerIsNamedByButtonsAndOwnChannels(rest: String, isNamed: Bool) throws {
        #expect(try Self.read(Self.up, rest).names(peer: "garage") == isNamed)
    }
}
