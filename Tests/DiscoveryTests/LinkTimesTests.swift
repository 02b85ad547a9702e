import Testing
import Time

@testable import Peering

/// The times of RFC 6762 on one link.
@Suite struct LinkTimesTests {
    private var times = LinkTimes()

    /// What is done when, in milliseconds, until an end.
    private mutating func steps(until end: Int64) -> [Int64: LinkTimes.Step] {
        var all: [Int64: LinkTimes.Step] = [:]
        while let due = times.deadline, due <= ms(end) {
            all[due.nanoseconds / 1_000_000] = times.step(at: due)
            if all.count > 1000 { break }
        }
        return all
    }

    @Test mutating func questionsComeEverMoreRarelyUpToOnceAnHour() {
        times.ask(after: .milliseconds(50), at: ms(0))
        let all = steps(until: 20_000_000).keys.sorted()
        let waits = zip(all, all.dropFirst()).map { ($1 - $0) / 1000 }
        #expect(all.first == 50)
        #expect(waits == [1, 3, 9, 27, 81, 243, 729, 2187, 3600, 3600, 3600, 3600])
        times.stopAsking()
        #expect(times.deadline == nil)
    }

    @Test mutating func aNewSeriesBeginsNoSoonerThanASecondAfterTheLastQuestion() {
        times.ask(after: .milliseconds(20), at: ms(0))
        #expect(times.step(at: ms(20)) == .ask)
        times.ask(after: .milliseconds(20), at: ms(100))
        #expect(times.deadline == ms(1020))
        #expect(times.step(at: ms(1020)) == .ask)
        #expect(times.deadline == ms(2020))
    }

    @Test mutating func whoeverAsksAServiceIsSentOnceASecondAtMost() {
        var sent: [Int64] = []
        for moment in Int64(0)...10_000 {
            if moment % 10 == 0 { times.answer(after: .milliseconds(20), at: ms(moment)) }
            if times.step(at: ms(moment)) == .announce { sent.append(moment) }
        }
        #expect(sent.count == 10 && sent.first == 20)
        #expect(zip(sent, sent.dropFirst()).allSatisfy { $1 - $0 >= 1000 })
    }

    @Test mutating func aBeaconThatIsDueAnywayIsTheAnswer() {
        times.announce(after: .milliseconds(200), at: ms(0))
        times.answer(after: .milliseconds(20), at: ms(10))
        #expect(times.deadline == ms(200))
        #expect(times.step(at: ms(200)) == .announce)
    }

    @Test mutating func whatTheKernelDidNotTakeIsTriedAgainForAWhile() {
        times.announce(after: .zero, at: ms(0))
        var sent: [Int64] = []
        while let due = times.deadline {
            #expect(times.step(at: due) == .announce)
            sent.append(due.nanoseconds / 1_000_000_000)
            times.notSent(at: due)
        }
        #expect(sent == Array(0...Int64(LinkTimes.retries) + 1))
        // Two that were taken are enough, whatever was before.
        times.announce(after: .zero, at: ms(60_000))
        _ = times.step(at: ms(60_000))
        times.notSent(at: ms(60_000))
        #expect(steps(until: 100_000) == [61_000: .announce, 62_000: .announce])
    }
}
