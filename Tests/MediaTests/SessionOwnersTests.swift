import Realtime
import Testing
import Time

@testable import Crypto
@testable import Media

@Suite struct SessionOwnersTests {
    private func keys(_ index: UInt32) -> SessionKeys {
        let keys = SessionPair(here: index, there: 1, at: Instant(nanoseconds: 0))
        return keys.here
    }

    @Test func twoSessionsMayShareAnEntry() {
        var owners = SessionOwners()
        var peers = GrowingArray(capacity: 8) { MediaPeer() }
        _ = peers[2].keySlots.install(keys(5))
        _ = peers[6].keySlots.install(keys(5 + 64))
        var owner = owners.owner(of: 5, among: &peers)
        #expect(owner == nil, "no peer is known to have a session")
        owners.note(6)
        for _ in 0..<2 {
            owner = owners.owner(of: 5, among: &peers)
            #expect(owner == 2)
            owner = owners.owner(of: 5 + 64, among: &peers)
            #expect(owner == 6)
        }
        owner = owners.owner(of: 7, among: &peers)
        #expect(owner == nil)
    }
}
