import Testing
import Time
import Wire

@testable import Station

/// Whom a station that passes datagrams on names to whom.
@Suite struct ForwardingTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private var station: Switchboard

    /// A station with four peers, which passes on for three of them; none is up.
    init() {
        station = Switchboard(targets: [], channels: [], firstMids: [100, 200, 300, 400])
        for peer in 0..<4 { station.memberNames[peer] = CallWorld.name(of: peer) }
        station.forward(for: [2, 0, 1], at: start)
    }

    /// What this peer is told: of which peer, at which place, and whether that one is up.
    private func told(_ orders: [Order], to peer: Int) -> [[Int]] {
        orders.records(to: peer).compactMap {
            guard case .forward(let notice) = $0,
                let other = (0..<4).first(where: { CallWorld.name(of: $0) == notice.name })
            else { return nil }
            return [other, Int(notice.place), notice.isUp ? 1 : 0]
        }
    }

    private mutating func drained() -> [Order] { station.drained() }

    @Test mutating func eachNamedPeerIsToldOfTheOthers() {
        station.up(peer: 0, isNewBoot: true, at: start)
        var orders = drained()
        #expect(told(orders, to: 0) == [[2, 0, 0], [1, 2, 0]])
        station.up(peer: 1, isNewBoot: true, at: start)
        orders = drained()
        #expect(told(orders, to: 1) == [[2, 0, 0], [0, 1, 1]])
        #expect(told(orders, to: 0).contains([1, 2, 1]))
        // One that is not named learns nothing, and nobody of it.
        station.up(peer: 3, isNewBoot: true, at: start)
        orders = drained()
        #expect(
            (0..<4).allSatisfy { peer in
                orders.records(to: peer).allSatisfy {
                    if case .forward = $0 { false } else { true }
                }
            })
        station.down(peer: 1, at: start)
        orders = drained()
        #expect(told(orders, to: 0).contains([1, 2, 0]))
    }

    @Test mutating func otherSettingsAreTold() {
        for peer in 0..<3 { station.up(peer: peer, isNewBoot: true, at: start) }
        _ = drained()
        station.forward(for: [2, 0, 1], at: start)
        var orders = drained()
        #expect((0..<3).allSatisfy { told(orders, to: $0).isEmpty })
        station.forward(for: [0, 1], at: start)
        orders = drained()
        #expect(told(orders, to: 2).map { [$0[0], $0[2]] } == [[0, 0], [1, 0]])
        #expect(told(orders, to: 0).contains([2, 0, 0]))
        #expect(told(orders, to: 0).contains([1, 1, 1]))
        // One that is no longer named is told of by the place that it had.
        station.forward(for: [0], at: start)
        orders = drained()
        #expect(told(orders, to: 0) == [[1, 1, 0]])
    }

    /// A peer acknowledges all that it is told.
    private mutating func acknowledge(_ orders: [Order], by peer: Int, at now: Instant) {
        for record in orders.records(to: peer) {
            guard let mid = record.mid else { continue }
            station.receive(.ack(Acknowledgement(mid)), from: peer, at: now)
        }
    }

    /// A notice that was given up is told again, and one that has arrived is not.
    @Test mutating func aNoticeOfWhichAllCopiesAreLostIsToldAgain() {
        for peer in 0..<2 { station.up(peer: peer, isNewBoot: true, at: start) }
        acknowledge(drained(), by: 1, at: start)
        var later: [Order] = []
        for second in 9..<25 {
            station.tick(at: start + .seconds(second))
            later += drained()
        }
        #expect(told(later, to: 0).contains([1, 2, 1]) && told(later, to: 1).isEmpty)
    }

    @Test mutating func aRenewedSessionIsToldAnewOfNamedPeersOnly() {
        for peer in 0..<3 { station.up(peer: peer, isNewBoot: true, at: start) }
        station.forward(for: [2, 0], at: start)
        acknowledge(drained(), by: 0, at: start)
        station.renewed(peer: 0, at: start)
        #expect(told(drained(), to: 0) == [[2, 0, 1]])
    }

    /// While a peer is down here, another one is named no longer.
    @Test mutating func theEndOfAWayIsToldWhenThePeerIsBack() {
        for peer in 0..<3 { station.up(peer: peer, isNewBoot: true, at: start) }
        acknowledge(drained(), by: 0, at: start)
        station.down(peer: 0, at: start)
        station.forward(for: [2, 0], at: start)
        _ = drained()
        station.up(peer: 0, isNewBoot: false, at: start)
        #expect(told(drained(), to: 0).contains([1, 2, 0]))
    }

    @Test mutating func aPeerReachedByWayOfAnotherStationIsNotUp() {
        for peer in 0..<2 { station.up(peer: peer, isNewBoot: true, at: start) }
        _ = drained()
        station.forward(for: [2, 0, 1], exceptTo: [1], at: start)
        #expect(told(drained(), to: 0) == [[1, 2, 0]])
        station.forward(for: [2, 0, 1], at: start)
        #expect(told(drained(), to: 0) == [[1, 2, 1]])
    }

    /// It acknowledges notices, and keeps none until it reaches this station directly.
    @Test mutating func aPeerReachedByWayOfAnotherStationIsToldOfNoWays() {
        station.forward(for: [2, 0, 1], exceptTo: [1], at: start)
        for peer in 0..<2 { station.up(peer: peer, isNewBoot: true, at: start) }
        #expect(told(drained(), to: 1).isEmpty)
        station.forward(for: [2, 0, 1], at: start)
        var orders = drained()
        #expect(told(orders, to: 1) == [[2, 0, 0], [0, 1, 1]])
        // It may have become direct here earlier than there: it is told once more.
        acknowledge(orders, by: 1, at: start)
        station.tick(at: start + .seconds(15))
        orders = drained()
        #expect(told(orders, to: 1) == [[2, 0, 0], [0, 1, 1]])
        acknowledge(orders, by: 1, at: start + .seconds(15))
        station.tick(at: start + .seconds(30))
        #expect(told(drained(), to: 1).isEmpty)
        // The ends of its ways when it is reached by one again.
        station.forward(for: [2, 0, 1], exceptTo: [1], at: start + .seconds(30))
        #expect(told(drained(), to: 1) == [[0, 1, 0]])
    }

    /// A newer notice takes the place of one that is still repeated.
    @Test mutating func onlyTheLastNoticeOfAPeerIsRepeated() {
        station.up(peer: 0, isNewBoot: true, at: start)
        station.up(peer: 1, isNewBoot: true, at: start)
        station.down(peer: 1, at: start)
        let orders = drained()
        #expect(told(orders, to: 0).filter { $0[0] == 1 } == [[1, 2, 0]])
        station.tick(at: start + .milliseconds(500))
        let again = drained()
        #expect(told(again, to: 0).filter { $0[0] == 1 } == [[1, 2, 0]])
    }
}
