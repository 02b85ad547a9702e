import Station
import Testing
import Time
import Wire

/// No peer keeps this station busy for ever.
@Suite struct CallBoundTests {
    private var world = CallWorld(2)

    /// Here, too, if its sender goes on, as if it did not know.
    @Test(arguments: [(false, 59), (true, 62)])
    mutating func anAnnouncementEndsAsAPageDoes(goesOn: Bool, seconds: Int) {
        if goesOn { world.swallows = { if case .bye = $0 { true } else { false } } }
        let id = world.ring(0, [1], mode: .announce, wait: .seconds(seconds))
        #expect(world.state(1) == .active)
        world.run(for: .seconds(2))
        #expect(world.ending(0, id) == .timeUp)
        #expect(world.ending(1, id) == (goesOn ? .timeUp : .hungUpThere))
    }

    @Test(arguments: [Offer.Mode.call, .dropIn, .listenIn])
    mutating func aCallOfAnyModeEndsByItself(mode: Offer.Mode) {
        let hours = mode == .listenIn ? 12 : 2
        world.policy = Policy(call: .auto, dropIn: true, monitor: true)
        let id = world.ring(0, [1], mode: mode, wait: .seconds(hours * 3600 - 60))
        #expect(world.state(1) == .active)
        world.run(for: .seconds(120))
        #expect(world.ending(0, id) == .timeUp && world.ending(1, id) == .hungUpThere)
    }

    /// Who knows the id of another's call, as members of a channel do, cancels it for nobody else.
    @Test(arguments: [(2, true), (0, false)])
    mutating func aCancelCountsForItsOwnSendersOffersOnly(canceller: Int, rings: Bool) {
        world = CallWorld(3)
        let id = world.newID()
        cancel(id, by: canceller, at: 1)
        world.ring(0, [1], id: id)
        #expect((world.state(1) == .ringing) == rings)
    }

    /// One peer may open the microphone; other members of the channel may not because of that.
    @Test(arguments: [true, false])
    mutating func whereThePolicyAnsweredOnlyThoseJoinForWhomItWouldToo(isAutomatic: Bool) {
        for other in Policy.Answering.allCases {
            world = CallWorld(3)
            let caller = Policy(call: isAutomatic ? .auto : .ring)
            world.act(1) {
                $0.consent(to: [caller, Policy(), Policy(call: other)], .open, at: $1)
            }
            let id = world.ring(0, [1], isJoined: true)
            if !isAutomatic { world.answer(1, wait: .zero) }
            world.run()
            #expect(world.state(1) == .active)
            world.says(that: 2, isIn: id, from: 0, to: 1)
            world.comes(into: id, from: 2, to: 1)
            let joins = isAutomatic ? other == .auto : other != .never
            #expect(world.stations[1].participants.contains(2) == joins, "\(other)")
        }
    }

    /// However many calls somebody cancels that were never offered, what others say is kept.
    @Test mutating func cancelsOfOnePeerDoNotPushOutThoseOfAnother() {
        world = CallWorld(3)
        let id = world.newID()
        cancel(id, by: 0, at: 1)
        for _ in 0..<200 { cancel(world.newID(), by: 2, at: 1) }
        world.ring(0, [1], id: id)
        #expect(world.state(1) == nil)
    }

    private mutating func cancel(_ id: CallID, by peer: Int, at station: Int) {
        let mid = UInt32(truncatingIfNeeded: id.high) << 4
        world.inject(.cancel(CallEnd(mid: mid, id: id, cause: .normal)), from: peer, to: station)
    }

    /// The offer arrives, and nothing that comes back does.
    @Test mutating func anOfferThatIsGivenUpRingsNoLonger() {
        world.swallows = { record in
            switch record {
            case .ack, .ringing: true
            default: false
            }
        }
        let id = world.ring(0, [1], wait: .seconds(7))
        #expect(world.state(1) == .ringing)
        world.run(for: .seconds(2))
        #expect(world.ending(0, id) == .unreachable && world.ending(1, id) == .cancelled)
    }

    /// The share of half an hour in which a third station is told "busy", while 0 calls 1 again
    /// whenever nothing holds 1.
    private mutating func busyShare(mode: Offer.Mode) -> Double {
        var busy = 0
        for _ in 0..<1800 {
            if world.state(1) == nil { world.call(0, [1], mode: mode) }
            world.run(for: .seconds(1))
            if world.state(1) != nil { busy += 1 }
        }
        return Double(busy) / 1800
    }

    @Test(arguments: [Offer.Mode.call, .announce])
    mutating func callsInTurnAreBoundedOverTime(mode: Offer.Mode) {
        world = CallWorld(3)
        let share = busyShare(mode: mode)
        // Two minutes at once, and a sixth of the time.
        #expect(share > 0.15 && share < 0.27, "\(share)")
        #expect(world.stations[1].refusals(of: 0)[.tooOften] > 0)
        // Another's call rings at once, whenever this one does not.
        while world.state(1) != nil { world.step() }
        let other = world.ring(2, [1])
        #expect(world.stations[1].call?.summary.id == other)
    }

    @Test mutating func whoeverIsAnsweredMayRingAgain() {
        for _ in 0..<10 {
            let id = world.ring(0, [1], wait: .seconds(25))
            #expect(world.state(1) == .ringing)
            world.answer(1)
            #expect(world.state(1) == .active && world.ending(0, id) == nil)
            world.hangUp(1, wait: .seconds(1))
        }
        #expect(world.stations[1].refusals(of: 0)[.tooOften] == 0)
    }
}
