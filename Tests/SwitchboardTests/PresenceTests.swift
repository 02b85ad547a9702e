import Testing
import Time

@testable import Station

@Suite struct PresenceTests {
    private var switchboard = Switchboard.bare()

    private mutating func hear(_ peer: Int, at seconds: Int, last: Int) -> [Order] {
        switchboard.checkPresence(
            of: peer, heardAt: start + .seconds(last), at: start + .seconds(seconds))
        return switchboard.decided
    }

    @Test mutating func aPeerIsUpStaleAndHeardAgain() {
        #expect(switchboard.presence.reach(of: 2) == .down)
        switchboard.up(peer: 2, isNewBoot: true, at: start)
        switchboard.expect(.notice(.peerUp(2)))
        #expect(switchboard.presence.reach(of: 2) == .up)
        #expect(hear(2, at: 20, last: 0).isEmpty)
        #expect(hear(2, at: 21, last: 0) == [.notice(.peerStale(2))])
        #expect(switchboard.presence.reach(of: 2) == .stale)
        // It is said once.
        #expect(hear(2, at: 22, last: 0).isEmpty)
        #expect(hear(2, at: 23, last: 22) == [.notice(.peerHeard(2))])
        #expect(switchboard.presence.reach(of: 2) == .up)
        #expect(switchboard.presence.reach(of: 1) == .down)
    }

    @Test mutating func aPeerThatIsDownIsNeitherStaleNorHeard() {
        #expect(hear(1, at: 60, last: 0).isEmpty)
        #expect(hear(1, at: 61, last: 61).isEmpty)
        #expect(switchboard.presence.reach(of: 1) == .down)
    }

    @Test mutating func whatWasKnownOfTheWayToAPeerThatGoesIsForgotten() {
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        _ = switchboard.decided
        switchboard.down(peer: 1, at: start)
        let orders = switchboard.decided
        #expect(orders.count == 2)
        if case .protect(peer: 1, _) = orders.first {} else { Issue.record("\(orders)") }
        #expect(orders.last == .notice(.peerDown(1)))
        #expect(switchboard.presence.reach(of: 1) == .down)
    }

    @Test mutating func peersThatGoDownWhenTheStationStopsAreNoNews() {
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        _ = switchboard.decided
        switchboard.stop(at: start)
        switchboard.down(peer: 1, at: start)
        #expect(!switchboard.decided.contains(.notice(.peerDown(1))))
        #expect(switchboard.presence.reach(of: 1) == .down)
    }

    @Test mutating func anotherPeerOfTheSameNumberBeginsAnew() {
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        switchboard.moved(1)
        switchboard.replace(peer: 1, firstMid: 1, at: start)
        #expect(switchboard.presence.reach(of: 1) == .down)
        #expect(!switchboard.whereabouts.hasMoved(1))
    }
}
