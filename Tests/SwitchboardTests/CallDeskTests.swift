import Audio
import Testing
import Time
import Wire

@testable import Station

@Suite struct CallDeskTests {
    private var desk = CallDesk()
    private var orders = Orders()
    private let id = CallID(high: 1, low: 2)
    private let other = CallID(high: 3, low: 4)

    private func summary(
        _ id: CallID? = nil, isOutgoing: Bool = false, mode: Offer.Mode = .call, peers: [Int] = [2]
    ) -> CallSummary {
        CallSummary(
            id: id ?? self.id, isOutgoing: isOutgoing, mode: mode, priority: .normal, peers: peers,
            reference: 0, since: start)
    }

    @Test mutating func aCallInVainIsMissedUntilSomebodyIsHere() {
        desk.stands(summary(), .ringing, &orders)
        orders.expect(.ring(.ring), .notice(.callStands(summary(), .ringing)))
        desk.ended(summary(), .cancelled, &orders)
        orders.expect(.notice(.callEnded(summary(), .cancelled)), .ring(nil))
        #expect(desk.hasMissed)
        desk.seen()
        #expect(!desk.hasMissed)
    }

    @Test mutating func aCallThatWasTurnedAwayLeavesTheOneThatRingsAlone() {
        desk.stands(summary(), .ringing, &orders)
        _ = orders.all
        desk.ended(summary(other), .busy, &orders)
        orders.expect(.notice(.callEnded(summary(other), .busy)))
    }

    @Test mutating func aCallOutWantsItsPeersAndSoundsLikeWhatCameOfIt() {
        let call = summary(isOutgoing: true, peers: [1, 2])
        desk.stands(call, .trying, &orders)
        orders.expect(.want(peer: 1), .want(peer: 2))
        desk.stands(call, .calling, &orders)
        orders.expect(.ring(.ringback), .notice(.callStands(call, .calling)))
        #expect(call.peer == nil && summary().peer == 2)
        desk.ended(call, .busy, &orders)
        #expect(orders.all.suffix(2) == [.ring(nil), .chime(.busy)])
    }

    @Test mutating func theRoomIsToldByABeepThatItIsHeard() {
        desk.report(.monitored, of: 2, &orders)
        orders.expect(.beep(true), .notice(.inCall(.monitored, peer: 2)))
        desk.report(.autoAnswered, of: 2, &orders)
        orders.expect(.beep(true), .chime(.page))
        desk.report(.announced, of: 2, &orders)
        orders.expect(.chime(.page))
        desk.report(.weak, of: 2, &orders)
        orders.expect(.notice(.inCall(.weak, peer: 2)))
    }
}
