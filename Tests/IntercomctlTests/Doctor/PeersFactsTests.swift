import Config
import Control
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct PeersFactsTests {
    func asked(
        _ state: PeerStatus.State, endpoint: String? = "192.0.2.1:5577", reason: String? = nil,
        problem: String? = nil, isConfigured: Bool = true, hasNetworkFault: Bool = false
    ) -> String {
        var status = PeerStatus()
        (status.name, status.state, status.endpoint) = ("attic", state, endpoint)
        (status.rttMilliseconds, status.hasPSK, status.heardAgeSeconds) = (1.25, true, 30)
        (status.down.reason, status.down.text, status.down.fix) = (reason, "words", "what to do")
        status.problem = problem
        var peer = PeersFacts.Peer(name: "attic")
        (peer.status, peer.isConfigured) = (status, isConfigured)
        var facts = PeersFacts([peer], isAsked: true)
        facts.hasNetworkFault = hasNetworkFault
        return lines(facts.checks)[0]
    }

    @Test func aPeerThatIsUpTellsHow() {
        #expect(
            asked(.up)
                == "ok    peer attic      up at 192.0.2.1:5577, round trip 1.3 ms, AES-256-GCM, psk"
        )
    }

    @Test func aSilentPeerIsAWarning() {
        #expect(asked(.stale).hasPrefix("WARN  peer attic      silent for 30s  -> "))
    }

    @Test func whyAPeerIsDownIsAFailureWhereTheDaemonHasAProblemWithIt() {
        // What may pass, and for a minute.
        #expect(
            asked(.down, reason: "port_closed") == "WARN  peer attic      words  -> what to do")
        #expect(
            asked(.down, reason: "port_closed", problem: "attic: words; what to do")
                == "FAIL  peer attic      words  -> what to do")
        #expect(
            asked(.down, reason: "psk", problem: "attic: words; what to do")
                == "FAIL  peer attic      words  -> what to do")
        // A newer daemon may know reasons that are not known here.
        #expect(asked(.down, reason: "sunspots").hasPrefix("WARN  peer attic      words"))
    }

    @Test func noPeerIsBlamedWhereThisMachineHasNoNetwork() {
        for state in [PeerStatus.State.up, .stale, .down] {
            #expect(
                asked(state, hasNetworkFault: true)
                    == "WARN  peer attic      cannot be reached: this machine has no network"
                    + "  -> intercomctl doctor network")
        }
        // One on this machine needs none.
        #expect(asked(.up, endpoint: "127.0.0.1:5577", hasNetworkFault: true).hasPrefix("ok"))
    }

    @Test func oneKeyAtTwoPlacesIsAFailureAlsoWhileThePeerIsUp() {
        var status = PeerStatus()
        (status.name, status.state) = ("attic", .up)
        status.sharedKeyAt = ["192.0.2.1:5577", "192.0.2.2:5577"]
        status.problem = "attic: two stations use its key; give one another card"
        var peer = PeersFacts.Peer(name: "attic")
        peer.status = status
        #expect(
            lines(PeersFacts([peer], isAsked: true).checks).last
                == "FAIL  peer attic      two stations use its key  -> give one another card")
    }

    @Test func anUnknownCallerIsToldAlsoWhereThereAreNoPeers() {
        var caller = CallerStatus()
        (caller.key, caller.fingerprint) = ("intercom1:abc", "7699 5418 0629 1111 2222 3333")
        (caller.address, caller.ageSeconds, caller.isProven) = ("192.0.2.7:5577", 12, true)
        var facts = PeersFacts([], isAsked: true)
        facts.callers = [caller]
        #expect(
            lines(facts.checks).last
                == "WARN  peer            an unknown station called from 192.0.2.7:5577 12s ago,"
                + " key 7699 5418 …  -> to add it: sudo intercomctl peer add NAME 192.0.2.7"
                + " intercom1:abc")
        facts.callers[0].station = "hall"
        #expect(
            lines(facts.checks).last?.contains(
                "hall of the site, no peer here, called from 192.0.2.7:5577 12s ago") == true)
        #expect(lines(facts.checks).last?.contains("intercomctl peer rename") == true)
        // One that the site has taken out is not to be added by a copied line.
        (facts.callers[0].station, facts.callers[0].formerStation) = (nil, "hall")
        let out = "hall, which the site has taken out, called from"
        #expect(lines(facts.checks).last?.contains(out) == true)
        #expect(lines(facts.checks).last?.contains("pair --join --move there") == true)
        #expect(lines(facts.checks).last?.contains("peer add") == false)
        facts.callers[0].formerStation = nil
        facts.callers[0].address = "[2001:db8::7]:5577"
        #expect(lines(facts.checks).last?.hasSuffix("NAME 2001:db8::7 intercom1:abc") == true)
        facts.callers[0].address = "[2001:db8::7]:99"
        #expect(lines(facts.checks).last?.hasSuffix("NAME [2001:db8::7]:99 intercom1:abc") == true)
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
                    + "  -> intercomctl pair; it shows a code to type at the other station"
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
        facts.usesAES = false
        #expect(facts.checks.last?.verdict == .warn)
        facts.peers[0].suite = 2
        #expect(facts.checks.allSatisfy { $0.verdict == .ok })
    }
}
