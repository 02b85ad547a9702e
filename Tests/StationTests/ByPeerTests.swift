import Testing

@testable import Station

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
