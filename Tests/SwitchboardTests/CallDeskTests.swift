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
        orders.expect(.sound(.ring(.ring)), .notice(.callStands(summary(), .ringing)))
        desk.ended(summary(), .cancelled, &orders)
        orders.expect(.notice(.callEnded(summary(), .cancelled)), .sound(.ring(nil)))
        #expect(desk.hasMissed)
        desk.seen()
        #expect(!desk.hasMissed)
    }

    @Test func onlyACallOfOnePeerThatCameToNothingHasReachedNobody() {
        let out = summary(isOutgoing: true)
        let vain = CallEnding.allCases.filter { out.unreached(by: $0) == 2 }
        #expect(vain == [.cancelled, .noAnswer, .unreachable])
        var (ofChannel, rang) = (out, out)
        (ofChannel.channel, rang.hasRung) = ("house", true)
        let others = [
            summary(), summary(isOutgoing: true, mode: .dropIn),
            summary(isOutgoing: true, peers: [1, 2]), ofChannel, rang,
        ]
        for other in others { #expect(other.unreached(by: .unreachable) == nil) }
    }

    @Test mutating func aMissedCallThatComesToLightLateRingsNot() {
        desk.missed()
        #expect(desk.hasMissed)
        orders.expect()
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
        orders.expect(.sound(.ring(.ringback)), .notice(.callStands(call, .calling)))
        #expect(call.peer == nil && summary().peer == 2)
        desk.ended(call, .busy, &orders)
        #expect(orders.all.suffix(2) == [.sound(.ring(nil)), .sound(.chime(.busy))])
    }

    @Test mutating func theRoomIsToldByABeepThatItIsHeard() {
        desk.report(.listenIn, of: 2, &orders)
        orders.expect(.sound(.beep(true)), .notice(.inCall(.listenIn, peer: 2)))
        desk.report(.weak, of: 2, &orders)
        orders.expect(.notice(.inCall(.weak, peer: 2)))
    }
}

@Suite struct CallLightTests {
    private var light = CallLight()
    private var orders = Orders()
    @Test mutating func theLightGoesOutWhenItsTimeIsOver() {
        light.light(by: 2, for: .seconds(30), at: start, &orders)
        orders.expect(.notice(.signal(peer: 2, .seconds(30))))
        light.tick(at: start + .milliseconds(29_999))
        #expect(light.isLit)
        light.tick(at: start + .seconds(30))
        #expect(!light.isLit && light.deadline == nil)
    }

    @Test(arguments: [(0, 1), (7_000, 7), (6_553_500, 300)])
    mutating func noPeerLightsItForLongerOrShorterThanItMay(asked: Int, seconds: Int) {
        light.light(by: 0, for: .milliseconds(asked), at: start, &orders)
        #expect(light.deadline == start + .seconds(seconds))
    }

    @Test mutating func aPeerThatAsksWithoutPauseIsToldOfOnceInAWhile() {
        for second in 0..<10 {
            let now = start + .seconds(second)
            light.light(by: 0, for: .seconds(30), at: now, &orders)
        }
        #expect(orders.all.count == 2)
        // A peer that asks for the first time is told of at once, whoever had its number before.
        light.light(by: 1, for: .seconds(30), at: start + .seconds(9), &orders)
        light.forget(0)
        light.light(by: 0, for: .seconds(30), at: start + .seconds(9), &orders)
        #expect(orders.all.count == 2)
    }
}

@Suite struct LampsTests {
    @Test func theSwitchboardKnowsWhatItsLampsShow() {
        var switchboard = Switchboard.bare()
        func facts(listening: Bool = false, fault: Bool = false) -> LampFacts {
            switchboard.lamps(isListening: listening, hasFault: fault)
        }
        #expect(facts() == LampFacts(isUnpaired: true))
        let target = TalkTarget(stream: 0, reference: 0, listeners: [1])
        switchboard.configure(peers: [1], targets: [target], channels: [], at: start)
        #expect(facts() == LampFacts())
        #expect(facts(listening: true, fault: true) == LampFacts(isListening: true, hasFault: true))
        switchboard.handle(.talking(target.id), at: start)
        // The peer is down.
        #expect(facts() == LampFacts(isTalking: true, isUnheard: true))
        switchboard.handle(.silent(target: target.id, name: nil), at: start)
        switchboard.handle(.receiving(peer: 1, stream: 0, isOn: true), at: start)
        switchboard.signalled(by: 1, for: .seconds(30), at: start)
        switchboard.consent(
            to: [Policy](repeating: Policy(), count: 4), .none, .doNotDisturb,
            isHalfDuplex: false, at: start)
        #expect(facts() == LampFacts(isReceiving: true, isCalled: true, isResting: true))
    }

    @Test func aCallRingsAndIsMissed() {
        var switchboard = Switchboard.bare()
        switchboard.configure(peers: [1], targets: [], channels: [], at: start)
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        let offer = Offer(
            mid: 1, id: CallID(high: 1, low: 2), mode: .call, priority: .normal, ttl: 10,
            reference: 0)
        switchboard.receive(.offer(offer), from: 1, at: start)
        _ = switchboard.ordered
        func facts() -> LampFacts { switchboard.lamps(isListening: false, hasFault: false) }
        #expect(facts().isRinging && !facts().hasMissed)
        for second in 1...120 {
            switchboard.tick(at: start + .seconds(second))
            _ = switchboard.ordered
        }
        #expect(!facts().isRinging && facts().hasMissed)
        switchboard.buttonPressed()
        #expect(!facts().hasMissed)
    }
}
