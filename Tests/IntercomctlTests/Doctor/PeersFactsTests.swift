import Config
import Control
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct PeersFactsTests {
    func asked(
        _ state: PeerStatus.State, endpoint: String? = "192.0.2.1:5577", problem: String? = nil,
        isConfigured: Bool = true
    ) -> String {
        var status = PeerStatus()
        (status.name, status.state, status.endpoint) = ("attic", state, endpoint)
        (status.problem, status.rttMilliseconds, status.hasPSK) = (problem, 1.25, true)
        status.heardAgeSeconds = 30
        var peer = PeersFacts.Peer(name: "attic")
        (peer.status, peer.isConfigured) = (status, isConfigured)
        return lines(PeersFacts([peer], isAsked: true).checks)[0]
    }

    @Test func aPeerThatIsUpTellsHow() {
        #expect(
            asked(.up)
                == "ok    peer attic      up at 192.0.2.1:5577, round trip 1.3 ms, AES-256-GCM, psk"
        )
    }

    @Test func aPeerThatDoesNotAnswerIsAWarningFor() {
        #expect(asked(.stale).hasPrefix("WARN  peer attic      silent for 30s  -> "))
        #expect(asked(.down).hasPrefix("WARN  peer attic      no answer from 192.0.2.1:5577  -> "))
        #expect(
            asked(.down, endpoint: nil).hasPrefix("WARN  peer attic      has not called us yet"))
    }

    @Test func keysThatDoNotFitAreAFailure() {
        let sentence =
            "attic: answers, but its keys do not fit ours: compare key, psk and suite in the peer"
            + " files of both sides"
        #expect(
            asked(.down, problem: sentence)
                == "FAIL  peer attic      answers, but its keys do not fit ours"
                + "  -> compare key, psk and suite in the peer files of both sides")
    }

    @Test func aNameThatLeadsNowhereIsAFailure() {
        let problem = "address of attic.local: Name or service not known"
        #expect(asked(.down, problem: problem).hasPrefix("FAIL  peer attic      \(problem)  -> "))
        #expect(asked(.down, problem: "odd").hasPrefix("FAIL  peer attic      odd  -> "))
    }

    @Test func filesAndDaemonThatDisagreeAreAWarning() {
        #expect(asked(.up, isConfigured: false).contains("and not in the files  -> "))
        let unknown = PeersFacts([PeersFacts.Peer(name: "attic")], isAsked: true)
        #expect(lines(unknown.checks)[0].contains("not yet known to the running daemon  -> "))
    }

    @Test func nobodyIsAWarning() {
        #expect(
            lines(PeersFacts([], isAsked: true).checks) == [
                "WARN  peer            none: there is nobody to talk to"
                    + "  -> sudo intercomctl peer add NAME ADDRESS KEY"
            ])
    }

    func lookedUp(_ host: String?, _ answer: NameLookup.Answer? = nil) -> String {
        var peer = PeersFacts.Peer(name: "attic")
        if let host { peer.addresses = [PeerAddress(host: host, port: 5577)] }
        if let answer { peer.answers = [answer] }
        return lines(PeersFacts([peer], isAsked: false).checks)[0]
    }

    @Test func withoutTheDaemonNamesAreLookedUp() throws {
        let address = try #require(SocketAddress(parsing: "192.0.2.1:1"))
        #expect(
            lookedUp("attic.local", .found([address]))
                == "ok    peer attic      at attic.local:5577, which is 192.0.2.1; not called now"
                + "  -> sudo systemctl start intercomd")
        #expect(lookedUp("192.0.2.1", .found([address])).contains("at 192.0.2.1:5577; not called"))
        #expect(lookedUp("x", .failed(ResolutionError(host: "x", code: -2))).hasPrefix("FAIL"))
        #expect(lookedUp("x", .silent).hasPrefix("WARN"))
        #expect(lookedUp(nil) == "ok    peer attic      calls us; not tried now")
    }

    @Test func aProcessorWithoutAESWantsTheOtherSuite() {
        var facts = PeersFacts([PeersFacts.Peer(name: "attic")], isAsked: false)
        facts.hasAES = false
        #expect(facts.checks.last?.verdict == .warn)
        facts.peers[0].suite = 2
        #expect(facts.checks.allSatisfy { $0.verdict == .ok })
    }
}
