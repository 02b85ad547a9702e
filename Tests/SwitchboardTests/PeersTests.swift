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
        if case .sound(.protect(peer: 1, _)) = orders.first {} else { Issue.record("\(orders)") }
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

@Suite struct WhereaboutsTests {
    private var places = Whereabouts()
    private var orders = Orders()

    private mutating func answered(_ isFound: Bool, _ complaint: String? = nil) -> [Order] {
        places.answered(1, isFound: isFound, complaint: complaint, &orders)
        return orders.all
    }

    @Test mutating func aNameThatIsNotFoundIsToldOnceForEachReason() {
        #expect(answered(false, "no such name") == [.notice(.unresolved(peer: 1, "no such name"))])
        #expect(answered(false, "no such name").isEmpty)
        #expect(places.complaint(of: 1) == "no such name")
        #expect(!places.isResolved(1))
        #expect(answered(false, "no server") == [.notice(.unresolved(peer: 1, "no server"))])
        // Nothing found and nothing said: what is known stands.
        #expect(answered(false).isEmpty)
        #expect(places.complaint(of: 1) == "no server")
        #expect(answered(true).isEmpty)
        #expect(places.complaint(of: 1) == nil)
        #expect(places.isResolved(1))
        #expect(answered(false, "no server") == [.notice(.unresolved(peer: 1, "no server"))])
        #expect(places.isResolved(1))
    }

    @Test mutating func oneOfTwoNamesIsEnough() {
        #expect(answered(true, "no such name") == [.notice(.unresolved(peer: 1, "no such name"))])
        #expect(places.isResolved(1))
        #expect(places.complaint(of: 1) == nil)
    }

    @Test mutating func otherAddressesAreCalledOnceAndLookedForAnew() {
        _ = answered(false, "no such name")
        places.answered(1, isFound: true, complaint: nil, &orders)
        places.moved(1)
        #expect(places.hasMoved(1))
        #expect(!places.isResolved(1))
        #expect(places.complaint(of: 1) == nil)
        let isFirstCall = places.called(1)
        let isSecondCall = places.called(1)
        #expect(isFirstCall && !isSecondCall)
        #expect(!places.hasMoved(1) && !places.hasMoved(0))
    }
}

@Suite struct SearchTests {
    private var switchboard = Switchboard.bare()

    private mutating func second(at ms: Int) -> [Order] {
        switchboard.secondPassed(at: start + .milliseconds(ms))
        return switchboard.decided
    }

    private mutating func configure() {
        let targets = [
            TalkTarget(stream: 3, reference: 77, listeners: [1, 3]),
            TalkTarget(stream: 0, reference: 0, listeners: [0]),
        ]
        switchboard.configure(peers: [0, 1, 3], targets: targets, channels: [], at: start)
    }

    private mutating func talk(to target: Int, _ isOn: Bool) -> [Order] {
        switchboard.handle(isOn ? .talking(target) : .silent(target: target, name: nil), at: start)
        return switchboard.decided.filter {
            if case .want = $0 { true } else { false }
        }
    }

    @Test mutating func namesThatWereNeverFoundAreLookedForEveryTwoSeconds() {
        configure()
        switchboard.resolved(0)
        #expect(second(at: 0) == [.resolve(peer: 1), .resolve(peer: 3)])
        #expect(second(at: 1000).isEmpty)
        switchboard.resolved(3, isFound: true, complaint: nil)
        #expect(second(at: 2000) == [.resolve(peer: 1)])
    }

    @Test mutating func theListenersOfATalkAreWantedAsLongAsItLasts() {
        configure()
        for peer in [0, 1, 3] { switchboard.resolved(peer) }
        #expect(talk(to: 3, true) == [.want(peer: 1), .want(peer: 3)])
        #expect(talk(to: 32, true) == [.want(peer: 0)])
        #expect(second(at: 0) == [1, 3, 0].map { .want(peer: $0) })
        #expect(second(at: 1999).isEmpty)
        #expect(talk(to: 3, false).isEmpty)
        #expect(second(at: 2000) == [.want(peer: 0)])
        #expect(talk(to: 32, false).isEmpty)
        #expect(second(at: 4000).isEmpty)
    }
}
