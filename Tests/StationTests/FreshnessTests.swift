import Station
import Testing
import Time
import Wire

/// What was held back is not acted on, and what was given up cannot happen any more.
@Suite struct FreshnessTests {
    private var world = CallWorld(2)

    let old = Switchboard.freshFor + .milliseconds(10)

    private mutating func offer(
        _ mode: Offer.Mode, madeAgo tenths: UInt8, age: Duration
    ) -> CallID {
        let id = world.newID()
        world.offer(id, mode: mode, madeAgo: tenths, age: age)
        return id
    }

    @Test mutating func aRequestThatWasHeldBackIsNeitherDoneNorNoted() {
        world.policy = Policy(relays: [1])
        let signal = Signal(mid: 9, target: .relay, reference: 1, time: 0)
        world.inject(.signal(signal), from: 0, to: 1, age: old)
        #expect(world.pages(1) == [])
        // The same request in time.
        world.inject(.signal(signal), from: 0, to: 1, age: Switchboard.freshFor)
        #expect(world.pages(1).count == 1)
        world.inject(.signal(signal), from: 0, to: 1)
        #expect(world.pages(1).count == 1)
    }

    @Test mutating func aPageThatWasHeldBackIsNotHeard() {
        let binding = StreamBinding(
            mid: 9, stream: 30, purpose: .page, priority: .normal, reference: world.channel)
        world.inject(.stream(binding), from: 0, to: 1, age: old)
        #expect(world.pages(1) == [])
        world.inject(.stream(binding), from: 0, to: 1)
        #expect(world.pages(1) == ["began 0"])
    }

    @Test(arguments: [Offer.Mode.dropIn, .listenIn, .announce])
    mutating func whatOpensByItselfDoesSoForThreeSeconds(_ mode: Offer.Mode) {
        world.policy = Policy(dropIn: true, monitor: true)
        let late = offer(mode, madeAgo: 20, age: .milliseconds(1_010))
        #expect(world.state(1) == nil)
        #expect(world.ending(1, late) == .expired)
        world = CallWorld(2)
        world.policy = Policy(dropIn: true, monitor: true)
        _ = offer(mode, madeAgo: 20, age: .milliseconds(1_000))
        #expect(world.state(1) == .connecting)
    }

    @Test mutating func aCallThatWouldAnswerItselfRingsInstead() {
        world.policy = Policy(call: .auto)
        _ = offer(.call, madeAgo: 31, age: .zero)
        #expect(world.state(1) == .ringing)
    }

    @Test mutating func noCopyOfARequestIsMadeAfterASecondAndNoAnswerIsToldLater() {
        world.cut = [[0, 1], [1, 0]]
        var copies = 0
        world.sees = { if case .signal = $0 { copies += 1 } }
        let request = world.ask(.relay, 1)
        world.run(for: .milliseconds(1_100))
        #expect(copies == 5)
        world.run(for: .milliseconds(2_050))
        #expect(world.pages(0) == [])
        world.run(for: .milliseconds(100))
        #expect(world.pages(0) == ["result \(request) none"])
        #expect(copies == 5)
        // The last copy is too old by then, whoever has held it.
        #expect(Duration.milliseconds(1_000) + Switchboard.freshFor < .milliseconds(3_200))
    }

    @Test mutating func anAcknowledgementIsTrueWheneverItComes() {
        world.swallows = { if case .ack = $0 { true } else { false } }
        let request = world.ask(.callLight)
        world.run(for: .milliseconds(50))
        var copies = 0
        world.sees = { if case .signal = $0 { copies += 1 } }
        world.inject(.ack(Acknowledgement(request)), from: 1, to: 0, age: .seconds(100))
        world.run(for: .seconds(2))
        #expect(copies == 0)
    }
}
