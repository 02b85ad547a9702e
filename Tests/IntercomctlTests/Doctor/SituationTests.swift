import Config
import HAL
import Report
import Testing

@testable import Intercomctl

@Suite struct SituationTests {
    private let paths = Paths(stateDirectory: "/nowhere/s", runtimeDirectory: nil)

    private func settings(_ text: String) -> Situation.Settings {
        let source = ConfigSource(
            role: .main, path: "/etc/x.conf", bytes: Array("[station]\nname = x\n\(text)".utf8))
        return .read(ConfigFindings([source], in: "/nowhere/etc", paths))
    }

    private func situation(
        _ settings: Situation.Settings, _ daemon: Situation.Answer = .down, hidden: [String] = []
    ) -> Situation {
        Situation(
            folder: "/etc/intercomd", paths: paths, settings: settings, daemon: daemon,
            hidden: hidden)
    }

    private func up(_ version: String = Product.version, peers: [String] = []) -> Situation.Answer {
        var status = Status()
        (status.version, status.uptimeSeconds) = (version, 3700)
        status.peers = peers.map { name in
            var peer = PeerStatus()
            peer.name = name
            return peer
        }
        return .up(status, process: 42)
    }

    private func config(_ settings: Situation.Settings, hidden: [String] = []) -> [String] {
        lines(.config, situation(settings, hidden: hidden).reportConfig(to:))
    }

    private func daemon(_ settings: Situation.Settings, _ answer: Situation.Answer) -> [String] {
        lines(.daemon, situation(settings, answer).reportDaemon(to:))
    }

    @Test func whatOnlyRootMayReadIsNoUseToTheStation() {
        #expect(
            config(settings(""), hidden: ["/etc/intercomd/peers.d/garage.conf"]) == [
                "ok config /etc/intercomd/intercomd.conf + 0 peers",
                "FAIL config /etc/intercomd/peers.d/garage.conf may not be read by the"
                    + " station's own user -> sudo chmod a+rX /etc/intercomd/peers.d/garage.conf",
            ])
    }

    @Test func eachMistakeHasItsPlaceAndTheNearestWord() {
        #expect(
            config(.absent) == [
                "FAIL config there are no settings in /etc/intercomd/intercomd.conf yet"
                    + " -> sudo intercomctl setup"
            ])
        #expect(
            config(settings("[talk]\nprerol = 60ms\n[audio]\ninput = hw:1")) == [
                "FAIL config /etc/x.conf:4: \"prerol\" is not a setting of [talk]"
                    + " -> did you mean \"preroll\"?",
                "FAIL config /etc/x.conf:6: input: \"hw:1\" is refused: card numbers"
                    + " change at boot; use card:Device (intercomctl audio list)"
                    + " -> sudoedit /etc/x.conf",
            ])
        let many = config(settings((0..<9).map { "[bad\($0)]\n" }.joined()))
        #expect(many.count == 6)
        #expect(many.last == "FAIL config and 4 mistakes more -> intercomctl config check")
        let warned = config(settings("[session]\nrekey-after = 5s"))
        #expect(warned.count == 2 && warned[1].hasPrefix("WARN config /etc/x.conf:3: [session]"))
        #expect(
            config(.unreadable(SystemError(operation: "open /etc/x.conf", errno: 13))) == [
                "WARN config open /etc/x.conf: Permission denied -> sudo intercomctl doctor"
            ])
    }

    @Test func noDaemonIsAFailureWithWhatComesFirst() {
        let start = "sudo systemctl start intercomd; if it stops: journalctl -u intercomd"
        for (settings, fix) in [
            (settings(""), start), (.absent, "sudo intercomctl setup"),
            (settings("[bad]"), "correct the settings, then: \(start)"),
        ] {
            #expect(daemon(settings, .down) == ["FAIL daemon intercomd is not running -> \(fix)"])
        }
    }

    @Test func aDaemonIsToAnswerAndToBeOfThisVersion() {
        #expect(
            daemon(settings(""), up("1.1")) == [
                "WARN daemon intercomd 1.1, up 1h 1m, process 42; intercomctl is"
                    + " \(Product.version) -> sudo systemctl restart intercomd"
            ])
        #expect(daemon(settings(""), up())[0].hasPrefix("ok daemon intercomd "))
        let refused = Failure("connect to /x: Permission denied", fix: "join the group")
        #expect(
            daemon(settings(""), .deaf(refused)) == [
                "FAIL daemon connect to /x: Permission denied -> join the group"
            ])
        #expect(
            daemon(settings(""), .deaf(Failure("intercomd is busy"))) == [
                "FAIL daemon intercomd is busy -> try again; journalctl -u intercomd"
            ])
    }

    @Test func aNewMessageIsNoWarning() {
        var status = Status()
        status.notes = [
            Fault("messages", of: "messages", "1 is new", fix: "intercomctl message play"),
            Fault("damaged", of: "messages", "1 is damaged", fix: "intercomctl message list"),
            // A thief may have signed that list.
            Fault("site_changed", "lately the site house took out barn", fix: "take it over"),
        ]
        let found = situation(settings(""), .up(status, process: 42))
        #expect(
            lines(.status, found.reportStatus(to:)) == [
                "ok status messages: 1 is new -> intercomctl message play",
                "WARN status messages: 1 is damaged -> intercomctl message list",
                "WARN status lately the site house took out barn -> take it over",
            ])
    }

    @Test func aPeerFromBeyondTheLANShowsWhatComesIn() {
        func outside(
            _ endpoint: String, _ source: String = "peer", path: PeerStatus.Path? = .direct,
            broker: Status.Broker? = nil
        ) -> [String] {
            var (status, peer) = (Status(), PeerStatus())
            (peer.name, peer.endpoint, peer.endpointSource) = ("cabin", endpoint, source)
            peer.path = path
            (status.peers, status.broker) = ([peer], broker)
            let own = ["10.0.0.2", "8.8.8.5", "2606:4700:1:200::5"]
                .compactMap { SocketAddress(host: $0, port: 1) }
            let found = situation(settings(""), .up(status, process: 42))
            return lines(.peers) { found.reportOutside(status, beside: own, to: &$0) }
        }
        let open = ", which nothing here had named: this station is open to calls"
        for address in ["9.9.9.9:5577", "[2606:4700:1:300::7]:5577", "100.63.0.1:9"] {
            let text = "ok peers cabin comes in from outside, from \(address)"
            #expect(outside(address) == [text + open])
            #expect(outside(address, "settings") == [text])
            #expect(outside(address, broker: Status.Broker()) == [text])
            #expect(outside(address, "lan").isEmpty && outside(address, path: nil).isEmpty)
            #expect(outside(address, path: .forwarded).isEmpty)
        }
        for address in [
            "10.9.9.9:1", "172.16.0.1:1", "192.168.1.1:1", "100.64.0.1:1", "127.0.0.1:1",
            "169.254.1.1:1", "8.8.8.9:1", "[2606:4700:1:2ff::9]:1", "[fd00::1]:1", "[fe80::1]:1",
        ] { #expect(outside(address).isEmpty, "\(address)") }
    }

    @Test func aRunningDaemonIsComparedWithTheFiles() {
        let two = settings("[peer attic]\nkey = \(ownKey)\n[peer hall]\nkey = \(otherKey)\n")
        func peers(_ answer: Situation.Answer) -> [String] {
            lines(.peers, situation(two, answer).reportPeers(to:))
        }
        for answer in [up(peers: ["hall", "attic"]), .down] {
            #expect(peers(answer) == ["ok peers 2 peers in the files"])
        }
        let missing = peers(up(peers: ["hall", "gate"]))
        #expect(missing.count == 2)
        #expect(
            missing[0]
                == "WARN peers attic is in the files, and not yet known to the running daemon"
                + " -> sudo intercomctl reload")
        #expect(missing[1].hasPrefix("WARN peers gate is known to the running daemon, and"))
    }
}
