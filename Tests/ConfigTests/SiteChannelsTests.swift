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
        #expect(Self.complaint("[channel up]\nmembers = garag\n").contains("no [peer garag]"))
    }

    @Test func aPersonsOwnWordComesFirst() throws {
        let own = try Self.read(Self.up, "[channel up]\nmembers = garage\n")
        #expect(own.channels.map(\.members) == [.named(["garage"])])
        #expect(
            own.warnings.map(\.description)
                == ["site.conf:1: [channel up] is ignored: it is already at a.conf:3"])
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
                    "a.conf:5: talk: there is no channel or peer \"upp\", and the site has none;"
                        + " did you mean \"up\"?",
                    "a.conf:8: press: there is no channel or peer \"loft\", and the site has none",
                ])
        #expect(config.buttons[0].talk == .channel("upp"))
        #expect(config.listeners(of: .channel("upp")) == [])
        #expect(config.channels.map(\.name) == ["up", "upp", "loft"])
        // It is in no file.
        #expect(!config.effective.contains("[channel upp]"))
        #expect(config.effective.contains("# site.conf\n[channel up]\nmembers = garage, attic\n"))
        // Negative controls: no site; one whose channels are not wanted; a peer, which must be one.
        #expect(Self.complaint(nil, buttons).contains("no channel or peer \"upp\""))
        #expect(Self.complaint(Self.up, "[site]\nsettings = no\n\(buttons)").contains("\"upp\""))
        #expect(
            Self.complaint(Self.up, "[button b]\nline = GPIO1\npress = signal x\n")
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

    @Test func itsFileHasNothingElse() {
        #expect(
            Self.complaint("[peer x]\nkey = \(Self.stranger)\n")
                .contains("[peer] belongs in intercomd.conf; this file may have only [channel"))
        #expect(Self.complaint("[policy]\nrelay = door\n").contains("may have only [channel NAME]"))
        #expect(Self.complaint("[channel up]\n[channel up]\n").contains("already at site.conf:1"))
        // Negative control: a peer's file has no channel, as before.
        #expect(Self.complaint(nil) == "")
    }
}
