import Station
import Testing

@Suite struct PeerSetTests {
    @Test func itHoldsWhatWasPutInAndNotTakenOut() {
        var peers: PeerSet = [63, 0, 7, 7]
        #expect(Array(peers) == [0, 7, 63])
        #expect(peers.count == 3 && peers.first == 0 && !peers.isEmpty)
        #expect(peers.contains(63) && !peers.contains(8))
        peers.remove(0)
        peers.remove(1)
        peers.insert(8)
        #expect(Array(peers) == [7, 8, 63])
        #expect(peers == PeerSet([8, 7, 63] as Set))
        #expect(peers.union([2, 8]) == [2, 7, 8, 63] && peers.subtracting([2, 8]) == [7, 63])
        for peer in [7, 8, 63] { peers.remove(peer) }
        #expect(peers == PeerSet() && peers.isEmpty && peers.first == nil && Array(peers) == [])
    }
}
