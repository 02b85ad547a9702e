import Testing
import Time
import Wire

@testable import Station

@Suite struct LampsTests {
    /// What is lit while these facts hold.
    private func lit(_ set: (inout LampFacts) -> Void) -> [LampShow: LampPattern] {
        var facts = LampFacts()
        set(&facts)
        var found: [LampShow: LampPattern] = [:]
        for show in LampShow.allCases { found[show] = facts.pattern(for: show) }
        return found
    }

    @Test func withoutReasonAllIsDark() {
        #expect(lit { _ in }.isEmpty)
    }

    @Test func eachFactHasItsLamp() {
        #expect(lit { $0.isReceiving = true } == [.receiving: .steady])
        #expect(lit { $0.isListening = true } == [.listening: .steady])
        #expect(lit { $0.isRinging = true } == [.ringing: .ringing])
        #expect(lit { $0.hasMissed = true } == [.missed: .missed])
        #expect(lit { $0.isCalled = true } == [.calling: .calling])
        #expect(lit { $0.isResting = true } == [.doNotDisturb: .steady])
        #expect(lit { $0.hasFault = true } == [.fault: .steady])
        #expect(lit { $0.isUnpaired = true } == [.unpaired: .steady])
    }

    /// An open microphone is more than one that may open.
    @Test func anOpenMicrophoneLightsTwo() {
        #expect(lit { $0.isTalking = true } == [.talking: .steady, .listening: .steady])
    }

    @Test func anOpenMicrophoneThatNoPeerHearsFlickers() {
        let found = lit {
            $0.isTalking = true
            $0.isUnheard = true
        }
        #expect(found == [.talking: .unheard, .listening: .steady])
        #expect(lit { $0.isUnheard = true }.isEmpty)
    }

    @Test func theSwitchboardKnowsWhatItsLampsShow() {
        let start = Instant(nanoseconds: 5_000_000_000)
        var switchboard = Switchboard(
            peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: start)
        func lit(listening: Bool = false, fault: Bool = false) -> [LampShow] {
            let facts = switchboard.lamps(isListening: listening, hasFault: fault)
            return LampShow.allCases.filter { facts.pattern(for: $0) != nil }
        }
        #expect(lit() == [.unpaired])
        let target = TalkTarget(stream: 0, reference: 0, listeners: [1])
        switchboard.configure(peers: [1], targets: [target], channels: [], at: start)
        #expect(lit() == [])
        #expect(lit(listening: true, fault: true) == [.listening, .fault])
        switchboard.follow(
            .talking(target: target.id, name: nil, first: nil, isDoubted: false), at: start)
        #expect(lit() == [.talking, .listening])
        // The peer is down.
        let facts = switchboard.lamps(isListening: false, hasFault: false)
        #expect(facts.pattern(for: .talking) == .unheard)
        switchboard.follow(.silent(target: target.id, name: nil), at: start)
        switchboard.follow(.receiving(peer: 1, stream: 0, isOn: true), at: start)
        switchboard.signalled(by: 1, for: .seconds(30), at: start)
        switchboard.consent(
            to: [Policy](repeating: Policy(), count: 4), .doNotDisturb, isHalfDuplex: false,
            at: start)
        #expect(lit() == [.receiving, .calling, .doNotDisturb])
    }

    @Test func aCallRingsAndIsMissed() {
        let start = Instant(nanoseconds: 5_000_000_000)
        var switchboard = Switchboard(
            peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: start)
        switchboard.configure(peers: [1], targets: [], channels: [], at: start)
        switchboard.follow(.up(isNewBoot: true), of: 1, at: start)
        let offer = Offer(
            mid: 1, id: CallID(high: 1, low: 2), mode: .call, priority: .normal, ttl: 10,
            reference: 0)
        switchboard.receive(.offer(offer), from: 1, at: start)
        while switchboard.nextOrder() != nil {}
        func facts() -> LampFacts { switchboard.lamps(isListening: false, hasFault: false) }
        #expect(facts().isRinging && !facts().hasMissed)
        for second in 1...120 {
            switchboard.tick(at: start + .seconds(second))
            while switchboard.nextOrder() != nil {}
        }
        #expect(!facts().isRinging && facts().hasMissed)
        switchboard.buttonPressed()
        #expect(!facts().hasMissed)
    }
}
