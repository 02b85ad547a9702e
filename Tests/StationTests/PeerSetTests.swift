import Seeds
import Testing
import Wire

@testable import Station

@Suite struct PeerSetTests {
    @Test func itHoldsWhatWasPutInAndNotTakenOut() {
        var peers: PeerSet = [63, 0, 7, 7]
        #expect(Array(peers) == [0, 7, 63])
        #expect(peers.count == 3 && peers.first == 0 && !peers.isEmpty)
        #expect(peers.contains(63) && !peers.contains(8))
        peers = peers.subtracting([0, 1])
        peers.insert(8)
        #expect(Array(peers) == [7, 8, 63])
        #expect(peers == PeerSet([8, 7, 63] as Set))
        #expect(peers.union([2, 8]) == [2, 7, 8, 63] && peers.subtracting([2, 8]) == [7, 63])
        peers = peers.subtracting([7, 8, 63])
        #expect(peers == PeerSet() && peers.isEmpty && peers.first == nil && Array(peers) == [])
    }
}

@Suite struct ByPeerTests {
    @Test func aPeerThatNobodyHasChangedIsBlankAndTakesNoRoom() {
        let names = ByPeer("nobody")
        #expect(names[0] == "nobody")
        #expect(names[PeerSet.capacity - 1] == "nobody")
        #expect(names.indices.isEmpty)
    }

    @Test func aChangeReachesThatPeerAlone() {
        var counts = ByPeer(7)
        counts[2] += 10
        #expect(counts.indices == 0..<3)
        #expect((0..<5).map { counts[$0] } == [7, 7, 17, 7, 7])
        counts[4] = 1
        #expect(counts.indices == 0..<5)
        #expect((0..<5).map { counts[$0] } == [7, 7, 17, 7, 1])
    }

    private final class Token {}

    private struct Holder {
        var token: Token?

        mutating func checkOnlyHolder() -> Bool { isKnownUniquelyReferenced(&token) }
    }

    @Test func aChangeIsMadeInPlaceWithoutACopy() {
        var holders = ByPeer(Holder())
        holders[1].token = Token()
        let isOnly = holders[1].checkOnlyHolder()
        #expect(isOnly)
        #expect(holders[0].token == nil)
    }

    @Test func aNumberThatNoPeerCanHaveTraps() async {
        await #expect(processExitsWith: .failure) {
            var counts = ByPeer(0)
            counts[PeerSet.capacity] = 1
        }
    }
}

@Suite struct RecordWindowTests {
    /// Remembers every number it accepted: slow, and obviously right.
    private struct Model {
        var seen: Set<UInt32> = []
        var highest: UInt32?

        mutating func accept(_ number: UInt32) -> Bool {
            let ahead = Int32(bitPattern: number &- (highest ?? number))
            if ahead <= -256 { return false }
            if ahead > 0 || highest == nil { highest = number }
            return seen.insert(number).inserted
        }
    }

    @Test func acceptsWhatTheModelAccepts() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for round in 0..<60 {
            var window = RecordWindow()
            var model = Model()
            // Small steps, steps around the window's size, and great leaps; wraps are among them.
            let reach: Int32 = [3, 70, 300, 2_000, 900_000][round % 5]
            var last = UInt32(truncatingIfNeeded: random.next())
            for _ in 0..<2_000 {
                let step = Int32(random.next() % UInt64(2 * reach + 1)) - reach
                let number = last &+ UInt32(bitPattern: step)
                let expected = model.accept(number)
                guard window.accept(number) == expected else {
                    Issue.record("seed \(seed), round \(round), number \(number)")
                    return
                }
                last = model.highest ?? number
            }
        }
    }
}
