import Testing
import Time
import Wire

@testable import Station

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
        #expect(
            facts(listening: true, fault: true) == LampFacts(isListening: true, hasFault: true))
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
