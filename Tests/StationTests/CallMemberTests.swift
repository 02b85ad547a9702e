import Station
import Testing
import Time
import Wire

/// Into a call of a channel comes nobody but those whom its caller has called, and says are in it.
@Suite struct CallMemberTests {
    private var world = CallWorld(4)

    /// Station 0 calls some of its channel, and those it calls answer.
    private mutating func call(_ called: [Int], answering: [Int]) -> CallID {
        let id = world.ring(0, called, isJoined: true)
        for station in answering { world.answer(station, wait: .zero) }
        world.run(for: .seconds(1))
        return id
    }

    /// It is a member of the channel everywhere, it is up, and it knows the call: a person here
    /// has answered a call of the channel, but not with it.
    @Test(arguments: [Policy.Answering.ring, .auto])
    mutating func whoWasNotCalledDoesNotComeIn(answering: Policy.Answering) {
        world.policies[1] = Policy(call: answering)
        let id = call([1, 2], answering: answering == .auto ? [2] : [1, 2])
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1], []])
        for _ in 0..<4 {
            world.comes(into: id, from: 3, to: 1)
            #expect(!world.hearing(1, 3, 31)!.isHeard)
            world.run(for: .seconds(3))
        }
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1], []])
        #expect(world.stations[1].participants == [0, 2])
        #expect(world.notices(1).count { if case .joined = $0 { true } else { false } } == 1)
        // It is told, though not at once: its caller may be about to name it.
        #expect(world.stations[1].refusals(of: 3)[.uninvited] == 1)
        #expect(world.pages(1).contains("refused uninvited 1"))
    }

    /// Nor is it told of the call at all.
    @Test mutating func whoWasNotCalledLearnsNothingOfTheCall() {
        var told: [ControlRecord] = []
        world.seesFor = { record, to in if to == 3 { told.append(record) } }
        let id = call([1, 2], answering: [1, 2])
        world.run(for: .seconds(20))
        let isTold = told.contains { record in
            guard case .stream(let binding) = record else { return false }
            return binding.reference == id.reference
        }
        #expect(!isTold)
    }

    @Test mutating func whoHasNotAnsweredIsNotInIt() {
        let id = call([1, 2, 3], answering: [1, 2])
        world.comes(into: id, from: 3, to: 1, wait: .seconds(1))
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1], []])
        world.answer(3, wait: .seconds(1))
        #expect(world.listeners == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
        world.run(for: .seconds(10))
        for station in 0...3 {
            for peer in 0...3 where peer != station {
                #expect(world.stations[station].refusals(of: peer)[.uninvited] == 0)
            }
        }
        #expect(world.disagreements() == [])
    }

    /// Only the caller says who is in its call.
    @Test mutating func amongThemselvesMembersBringNobodyIn() {
        let id = call([1, 2], answering: [1, 2])
        world.says(that: 3, isIn: id, from: 2, to: 1)
        world.comes(into: id, from: 3, to: 1, wait: .seconds(1))
        #expect(world.listeners[1] == [0, 2])
        // Nor into another call of the caller.
        world.says(that: 3, isIn: world.newID(), from: 0, to: 1)
        world.comes(into: id, from: 3, to: 1)
        #expect(world.listeners[1] == [0, 2])
        world.says(that: 3, isIn: id, from: 0, to: 1)
        world.comes(into: id, from: 3, to: 1)
        #expect(world.listeners[1] == [0, 2, 3])
    }

    /// Whoever names a member again and again makes nobody send to that member.
    @Test mutating func whatTheCallerSaysAgainMakesNobodySend() {
        world = CallWorld(3)
        let id = call([1, 2], answering: [1, 2])
        world.run(for: .seconds(1))
        var bindings = 0
        world.seesFor = { record, to in
            if to == 2, case .stream(let binding) = record, binding.reference == id.reference {
                bindings += 1
            }
        }
        for _ in 0..<1000 { world.says(that: 2, isIn: id, from: 0, to: 1) }
        // Both say every five seconds that they are in it.
        world.run(for: .seconds(4))
        #expect(bindings <= 2)
    }

    /// A person who calls one station has agreed to no call of a channel: whoever is called cannot
    /// make one of it by calling back.
    @Test mutating func aCallOfOneStationIsNotMadeACallOfTheChannel() {
        let lower = world.call(1, [0, 2, 3], isJoined: true)
        world.ring(0, [1])
        for station in 2...3 { world.answer(station, wait: .zero) }
        world.run(for: .seconds(5))
        #expect(world.stations[0].call?.summary.id != lower)
        #expect(world.listeners[0] == [])
        #expect(world.disagreements() == [])
    }

    /// Whoever knows the reference of a call, but is not in it, is not told that it is over.
    @Test mutating func whoWasNotInACallIsNotToldOfItsEnd() {
        var told: [Int] = []
        world.seesFor = { record, to in if case .bye = record { told.append(to) } }
        let id = call([1, 2], answering: [1, 2])
        world.comes(into: id, from: 3, to: 0, wait: .seconds(1))
        #expect(told == [])
        world.hangUp(0, wait: .seconds(1))
        told = []
        world.comes(into: id, from: 3, to: 0)
        world.comes(into: id, from: 3, to: 1, wait: .seconds(1))
        #expect(told == [])
        // Somebody who was in it is, whose word of the end was lost.
        world.comes(into: id, from: 2, to: 1, wait: .milliseconds(100))
        #expect(told == [2])
    }

    /// Its caller has put it out; an old word that it is in does not bring it back.
    @Test mutating func whoIsOutStaysOut() {
        let id = call([1, 2, 3], answering: [1, 2, 3])
        world.says(that: 3, isIn: id, false, from: 0, to: 1)
        #expect(world.listeners[1] == [0, 2])
        world.says(that: 3, isIn: id, from: 0, to: 1)
        world.comes(into: id, from: 3, to: 1)
        #expect(world.listeners[1] == [0, 2])
    }

    /// Two members that cannot reach each other come together when they can.
    @Test mutating func membersFindEachOtherWhenTheNetworkIsBack() {
        world = CallWorld(3)
        world.cut = [[1, 2]]
        _ = call([1, 2], answering: [1, 2])
        world.run(for: .seconds(60))
        #expect(world.listeners == [[1, 2], [0], [0]])
        world.run(for: .seconds(6), cut: [])
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1]])
        #expect(world.disagreements() == [])
    }

    /// Whatever word of the caller is lost, for as long as it is in the call with both.
    @Test mutating func theCallerSaysItAgainUntilItIsKnown() {
        world = CallWorld(3)
        let start = world.now
        world.swallows = { if case .member = $0 { true } else { false } }
        _ = call([1, 2], answering: [1, 2])
        #expect(world.listeners == [[1, 2], [0], [0]])
        world.run(for: .seconds(20) - (world.now - start))
        world.swallows = { _ in false }
        world.run(for: .seconds(9))
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1]])
    }

    /// A member that restarts was in the call once: it does not come back by itself.
    @Test mutating func aMemberThatRestartsIsOut() {
        _ = call([1, 2, 3], answering: [1, 2, 3])
        world.crash(3, wait: .seconds(30))
        #expect(world.listeners == [[1, 2], [0, 2], [0, 1], []])
        #expect(world.disagreements() == [])
    }

    /// Of two that call the channel at one moment, one call is left, and both are in it.
    @Test(arguments: 1...20)
    mutating func twoWhoCallTheChannelAtOnceAreInOneCall(seed: UInt64) {
        world = CallWorld(4, seed: seed)
        world.call(0, [1, 2, 3], isJoined: true)
        world.ring(1, [0, 2, 3], isJoined: true, wait: .seconds(1))
        for station in 2...3 { world.answer(station, wait: .zero) }
        world.run(for: .seconds(2))
        #expect(world.state(0) == .active && world.state(1) == .active)
        #expect(world.stations[0].call?.summary.id == world.stations[1].call?.summary.id)
        #expect(world.disagreements() == [])
    }
}

extension CallWorld {
    /// A peer says who is in a call, or is no longer.
    mutating func says(
        that station: Int, isIn id: CallID, _ isIn: Bool = true, from: Int, to: Int
    ) {
        let name = Self.name(of: station)
        inject(from: from, to: to) {
            .member(CallMember(mid: $0, reference: id.reference, isIn: isIn, name: name))
        }
    }

    /// A peer binds its stream of calls to one.
    mutating func comes(into id: CallID, from: Int, to: Int, wait: Duration = .zero) {
        inject(from: from, to: to) { mid in
            .stream(
                StreamBinding(
                    mid: mid, stream: 31, purpose: .call, priority: .normal,
                    reference: id.reference))
        }
        run(for: wait)
    }
}
