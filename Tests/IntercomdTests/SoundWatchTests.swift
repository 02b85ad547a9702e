import Realtime
import Report
import Testing
import Time

@testable import Intercomd
@testable import Media
@testable import Station

@Suite struct SoundWatchTests {
    private let rings: Rings
    private let start = Instant(nanoseconds: 0)

    init() throws { rings = try Rings() }

    /// A block of one value; `place` is its place in a tone trial.
    private func push(_ value: Int16, at position: Int = 0, place: Int? = nil) {
        var block = SoundBlock()
        (block.position, block.trialPlace, block.count) = (position, place, 120)
        for index in 0..<block.count { block.samples[index] = value }
        #expect(rings.sound.push(block) == nil)
    }

    /// Whether the media loop was told to hand sound over, in this order.
    private func orders() -> [Bool] {
        var orders: [Bool] = []
        while let command = rings.commands.pop() {
            if case .watch(let isOn) = command { orders.append(isOn) }
        }
        return orders
    }

    @Test func watchersAreToldOfLevelsAndGetNoSound() {
        var watch = SoundWatch()
        #expect(!watch.look(rings, isWatched: false, at: start) && watch.deadline == nil)
        #expect(watch.look(rings, isWatched: true, at: start) == true)
        #expect(watch.deadline != nil)
        #expect(watch.look(rings, isWatched: false, at: start + .milliseconds(50)) == false)
        #expect(orders().isEmpty && watch.deadline == nil)
    }

    @Test func thereAreTwentyLooksASecondAndLateOnesAreNotMadeUpFor() {
        var watch = SoundWatch()
        var looks = 0
        for millisecond in 0..<1_000 {
            if watch.look(rings, isWatched: true, at: start + .milliseconds(millisecond)) {
                looks += 1
            }
        }
        #expect((20...21).contains(looks))
        looks = 0
        for _ in 0..<10 {
            if watch.look(rings, isWatched: true, at: start + .seconds(10)) { looks += 1 }
        }
        #expect(looks <= 2)
    }

    /// However often somebody asks.
    @Test func theLevelOfAClosedMicrophoneIsThatOfFiveTimesASecond() {
        var watch = SoundWatch()
        var seen: [UInt64] = []
        for millisecond in 0..<2_000 {
            rings.counters.set(.microphoneClips, to: UInt64(millisecond))
            watch.update(rings, at: start + .milliseconds(millisecond))
            if seen.last != watch.slow.clips { seen.append(watch.slow.clips) }
        }
        #expect(seen.count == 10)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $1 - $0 == 200 })
    }

    @Test func aTrialHearsWithoutWatchersAndIsGivenUpAtItsEnd() {
        var watch = SoundWatch()
        let caller = CallerTicket(place: 3, number: 7)
        watch.begin(LatencyTrial(caller: caller, peer: 1, at: start))
        #expect(watch.isTrying && !watch.look(rings, isWatched: false, at: start))
        #expect(orders() == [true] && watch.deadline == start + .milliseconds(50))
        #expect(!watch.isTrialOverdue(at: start + LatencyTrial.limit - .milliseconds(1)))
        #expect(watch.isTrialOverdue(at: start + LatencyTrial.limit))
        // Its last sound is still in the ring.
        push(0, at: 480, place: 0)
        guard let trial = watch.endTrial(rings) else {
            Issue.record("no trial was under way")
            return
        }
        #expect(trial.hasBegun && trial.caller == caller && trial.peer == 1)
        var known = Latency()
        (known.peer, known.estimateMilliseconds) = ("garage", 46)
        let heard = trial.found(knowledge: known, lastHeard: start + .seconds(1))
        #expect(heard.finding == .silent && heard.problem == nil)
        #expect(heard.estimateMilliseconds == 46)
        // Nothing came of it since the trial began.
        let gone = trial.found(knowledge: known, lastHeard: start - .milliseconds(1))
        #expect(gone.finding == .silent && gone.problem == "garage does not answer")
        #expect(gone.estimateMilliseconds == nil)
        #expect(!watch.isTrying && watch.endTrial(rings) == nil)
        // What is still under way when it has ended is taken out of the ring.
        push(1_000)
        #expect(watch.look(rings, isWatched: false, at: start + .seconds(3)) == false)
        #expect(orders() == [false] && rings.sound.pop() == nil && watch.deadline == nil)
    }

    @Test func aTrialThatNeverBeganSaysWhy() {
        let caller = CallerTicket(place: 0, number: 1)
        let trial = LatencyTrial(caller: caller, peer: 0, at: start)
        let latency = trial.found(knowledge: Latency(), lastHeard: start)
        #expect(latency.finding == .untried && latency.problem != nil)
    }
}
