import Report
import Testing

@testable import Config
@testable import HAL
@testable import Intercomctl

@Suite struct PeersFactsTests {
    private static func peer(_ name: String) -> Config.Peer {
        var peer = Config.Peer()
        peer.name = name
        return peer
    }

    @Test func aRunningDaemonIsComparedWithTheFiles() {
        func facts(_ files: [String], _ known: [String]) -> [String] {
            let known = known.map { name in
                var peer = PeerStatus()
                (peer.name, peer.state) = (name, name == "hall" ? .up : .down)
                return peer
            }
            return lines(
                .peers, PeersFacts(peers: files.map { Self.peer($0) }, known: known).report(to:))
        }
        #expect(
            facts(["attic", "hall"], ["hall", "attic"]) == [
                "ok peer the running daemon knows those of the files: 1 of 2 up"
                    + " -> intercomctl peers"
            ])
        #expect(facts(["attic"], ["attic"])[0].hasPrefix("WARN peer the running daemon knows"))
        let missing = facts(["attic", "hall"], ["hall", "gate"])
        #expect(missing.count == 2)
        #expect(
            missing[0] == "WARN peer attic is in the files, and not yet known to the running daemon"
                + " -> sudo intercomctl reload")
        #expect(missing[1].hasPrefix("WARN peer gate is known to the running daemon, and"))
    }

    func lookedUp(_ host: String?, _ answer: NameLookup.Answer? = nil) -> String {
        var peer = Self.peer("attic")
        if let host { peer.addresses = [PeerAddress(host: host, port: 5577)] }
        var facts = PeersFacts(peers: [peer])
        if let answer { facts.answers = ["attic": [answer]] }
        return lines(.peers, facts.report(to:))[0]
    }

    @Test func withoutTheDaemonNamesAreLookedUp() throws {
        let address = try #require(SocketAddress(parsing: "192.0.2.1:1"))
        #expect(
            lookedUp("attic.local", .found([address]))
                == "ok peer attic at attic.local:5577, which is 192.0.2.1; not called now"
                + " -> sudo systemctl start intercomd")
        #expect(lookedUp("192.0.2.1", .found([address])).contains("at 192.0.2.1:5577; not called"))
        #expect(lookedUp("x", .failed(ResolutionError(host: "x", code: -2))).hasPrefix("FAIL"))
        #expect(lookedUp("x", .silent).hasPrefix("WARN"))
        #expect(lookedUp(nil) == "ok peer attic calls us; not tried now")
    }

    @Test func aProcessorWithoutAESWantsTheOtherSuite() {
        var facts = PeersFacts(peers: [Self.peer("attic")])
        facts.usesAES = false
        for suite in [nil, 2] as [UInt8?] {
            facts.peers[0].suite = suite
            #expect(verdicts(.peers, facts.report(to:)).allSatisfy { $0 == .ok })
        }
        facts.peers[0].suite = 1
        #expect(verdicts(.peers, facts.report(to:)).last == .warn)
    }
}
