import Station
import Testing

@Suite struct PeerSetTests {
    @Test func itHoldsWhatWasPutIn() {
        var peers: PeerSet = [63, 0, 7, 7]
        #expect(Array(peers) == [0, 7, 63])
        #expect(peers.count == 3 && peers.first == 0 && !peers.isEmpty)
        #expect(peers.contains(63) && !peers.contains(8))
        peers.remove(0)
        peers.remove(1)
        peers.insert(8)
        #expect(Array(peers) == [7, 8, 63])
        #expect(peers == PeerSet([8, 7, 63] as Set))
    }

    @Test func emptyItHasNobody() {
        var peers = PeerSet()
        #expect(peers.isEmpty && peers.first == nil && Array(peers) == [])
        peers.insert(62)
        peers.remove(62)
        #expect(peers == PeerSet())
    }

    @Test func setsAreJoinedAndTakenFromEachOther() {
        let some: PeerSet = [1, 2, 40]
        let others: PeerSet = [2, 3]
        #expect(some.union(others) == [1, 2, 3, 40])
        #expect(some.subtracting(others) == [1, 40])
    }
}
