import Testing

@testable import Config
@testable import Intercomctl

@Suite struct PeersFactsTests {
    private static func peer(_ name: String) -> Config.Peer {
        var peer = Config.Peer()
        peer.name = name
        return peer
    }

    @Test func aRunningDaemonIsComparedWithTheFiles() {
        func facts(_ files: [String], _ known: [String]) -> [String] {
            lines(
                .peers, PeersFacts(peers: files.map { Self.peer($0) }, known: known).report(to:))
        }
        #expect(
            facts(["attic", "hall"], ["hall", "attic"]) == [
                "ok peer 2 peers, known to the running daemon -> intercomctl peers"
            ])
        let missing = facts(["attic", "hall"], ["hall", "gate"])
        #expect(missing.count == 2)
        #expect(
            missing[0] == "WARN peer attic is in the files, and not yet known to the running daemon"
                + " -> sudo intercomctl reload")
        #expect(missing[1].hasPrefix("WARN peer gate is known to the running daemon, and"))
    }

    @Test func withoutTheDaemonTheyAreCounted() {
        let facts = PeersFacts(peers: ["attic", "hall"].map { Self.peer($0) })
        #expect(
            lines(.peers, facts.report(to:)) == [
                "ok peer 2 peers in the files, not called now -> sudo systemctl start intercomd"
            ])
    }
}
