import Config
import HAL
import Testing

@testable import Intercomctl

@Suite struct ConfigFactsTests {
    func settings(_ text: String) -> Situation.Settings {
        let source = ConfigSource(
            role: .main, path: "/etc/x.conf", bytes: Array("[station]\nname = x\n\(text)".utf8))
        do throws(ConfigError) {
            return .right(
                try Config([source], paths: Paths(stateDirectory: nil, runtimeDirectory: nil)))
        } catch { return .wrong(error) }
    }

    func checks(_ settings: Situation.Settings) -> [String] {
        lines(.config, ConfigFacts(folder: "/etc/intercomd", settings: settings).report(to:))
    }

    @Test func whatOnlyRootMayReadIsNoUseToTheStation() {
        let facts = ConfigFacts(
            folder: "/etc/intercomd", settings: settings(""),
            hidden: ["/etc/intercomd/peers.d/garage.conf"])
        #expect(
            lines(.config, facts.report(to:)) == [
                "ok config /etc/intercomd/intercomd.conf + 0 peers",
                "FAIL config /etc/intercomd/peers.d/garage.conf may not be read by the"
                    + " station's own user -> sudo chmod a+rX /etc/intercomd/peers.d/garage.conf",
            ])
    }

    @Test func noneLeadsToSetup() {
        guard case .right(let defaults) = settings("") else { return }
        #expect(
            checks(.absent(defaults)) == [
                "FAIL config there are no settings in /etc/intercomd/intercomd.conf yet"
                    + " -> sudo intercomctl setup"
            ])
    }

    @Test func eachMistakeHasItsPlaceAndTheNearestWord() {
        #expect(
            checks(settings("[talk]\nprerol = 60ms\n[audio]\ninput = hw:1")) == [
                "FAIL config /etc/x.conf:4: \"prerol\" is not a setting of [talk]"
                    + " -> did you mean \"preroll\"?",
                "FAIL config /etc/x.conf:6: input: \"hw:1\" is refused: card numbers"
                    + " change at boot; use card:Device (intercomctl audio list)"
                    + " -> sudoedit /etc/x.conf",
            ])
    }

    @Test func manyMistakesAreCutShort() {
        let text = (0..<9).map { "[bad\($0)]\n" }.joined()
        let found = checks(settings(text))
        #expect(found.count == 6)
        #expect(found.last == "FAIL config and 4 mistakes more -> intercomctl config check")
    }

    @Test func aWarningOfTheReaderIsOne() {
        let found = checks(settings("[session]\nrekey-after = 5s"))
        #expect(found.count == 2 && found[1].hasPrefix("WARN config /etc/x.conf:3: [session]"))
    }

    @Test func whatMayNotBeReadSaysSo() {
        let denied = SystemError(operation: "open /etc/x.conf", errno: 13)
        #expect(
            checks(.unreadable(denied)) == [
                "WARN config open /etc/x.conf: Permission denied -> sudo intercomctl doctor"
            ])
    }
}
