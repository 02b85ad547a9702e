import Testing
import Time

@testable import Media

@Suite struct VoiceClaimsTests {
    private func claim(
        _ peer: Int, rank: Int = 0, since: Int = 0, last: Int = 3_000, isHeard: Bool = false
    ) -> VoiceClaims.Claim {
        VoiceClaims.Claim(
            peer: peer, rank: rank, since: at(since), lastPacket: at(last),
            isSounding: isHeard, isHeard: isHeard)
    }

    private func claims(_ held: [VoiceClaims.Claim?]) -> VoiceClaims {
        var found = VoiceClaims()
        for (place, claim) in held.enumerated() {
            if let claim { found.add(claim, at: place) }
        }
        return found
    }

    private func place(
        for new: VoiceClaims.Claim, among held: [VoiceClaims.Claim?], limit: Int = 8,
        atMs moment: Int = 3_100
    ) -> VoiceClaims.Place {
        claims(held).place(for: new, limit: limit, at: at(moment))
    }

    @Test func aFreePlaceIsTakenFirst() {
        #expect(place(for: claim(1), among: [claim(0), nil, claim(2, last: 0)]) == .free(1))
    }

    @Test func theVoiceSilentLongestGivesWay() {
        let held = (0..<8).map { claim($0, last: $0 == 5 ? 1_000 : 2_000) }
        #expect(place(for: claim(9), among: held) == .silent(5))
    }

    @Test func amongEqualsNobodyWhoSpeaksGivesWay() {
        var held = (0..<8).map { claim($0) }
        held[1] = claim(1, last: 1_000, isHeard: true)
        held[2] = claim(2, last: 2_700)
        #expect(place(for: claim(9), among: held) == .none)
        #expect(place(for: claim(9), among: held, atMs: 3_200) == .silent(2))
    }

    @Test(arguments: 1...8)
    func eightStreamsOfOnePeerHoldNoPlaceOfAnothers(others: Int) {
        // Whatever the priority it claims.
        for rank in [0, 3, 5] {
            var held = (0..<8).map { claim(0, rank: rank, since: $0, isHeard: $0 == 0) }
            for peer in 1...others {
                let found = place(for: claim(peer, since: 50 + peer), among: held)
                guard peer < 8 else {
                    #expect(found == .none, "eight peers have one each")
                    continue
                }
                guard case .taken(let place) = found else {
                    Issue.record("peer \(peer) is to be heard, not \(found)")
                    return
                }
                #expect(held[place].peer == 0 && place != 0, "and what it takes is not heard")
                held[place] = claim(peer, since: 50 + peer)
            }
            #expect(held[0].peer == 0, "who began is heard as before")
            // The one that was put out does not come back by its next packet.
            if others >= 7 { #expect(place(for: claim(0, rank: rank), among: held) == .none) }
        }
    }

    @Test func anEmergencyIsHeardAtOnce() {
        let held = (0..<8).map { claim($0, rank: $0 == 3 ? 0 : 2, since: $0, isHeard: true) }
        #expect(place(for: claim(9, rank: 5), among: held) == .taken(3))
        #expect(place(for: claim(9, rank: 2), among: held) == .taken(3))
        #expect(place(for: claim(9, rank: 0), among: held) == .none)
        // Of equals the one that came last.
        let alike = (0..<8).map { claim($0, since: $0, isHeard: true) }
        #expect(place(for: claim(9, rank: 5), among: alike) == .taken(7))
    }

    @Test func aPeersOwnMoreUrgentStreamTakesItsOwnPlace() {
        let held = (0..<8).map { claim($0, since: $0, isHeard: true) }
        #expect(place(for: claim(4, rank: 5), among: held) == .taken(4))
        #expect(place(for: claim(4), among: held) == .none)
    }

    @Test func whatStandsByIsSharedToo() {
        var held = (0..<8).map { claim($0 < 6 ? 0 : 1, since: $0) }
        var moves = 0
        while case .taken(let place) = place(for: claim(1, since: 20), among: held) {
            #expect(held[place].peer == 0)
            held[place] = claim(1, since: 20)
            moves += 1
        }
        #expect(moves == 2, "four each, and then nobody takes turns")
    }

    @Test func streamsNotBoundGiveWayToAnyThatIs() {
        let held = (0..<8).map { claim($0, rank: -1) }
        #expect(place(for: claim(9), among: held) == .taken(0))
    }

    @Test func fewerVoicesAreSharedAlike() {
        let held: [VoiceClaims.Claim?] = [claim(0, isHeard: true), claim(0, since: 1)]
        #expect(place(for: claim(1), among: held, limit: 2) == .taken(1))
        #expect(claims(held).least == 1)
    }
}
