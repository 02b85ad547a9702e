import Testing
import Time

@testable import Media

@Suite struct BackoffTests {
    func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func theFirstAttemptIsAtOnceAndLaterOnesGrowApart() {
        var backoff = Backoff()
        #expect(backoff.isDue(at: at(0)))
        var waits: [Int64] = []
        var now = at(0)
        for _ in 0..<6 {
            backoff.failed(at: now)
            waits.append((backoff.due - now).milliseconds)
            now = backoff.due
        }
        #expect(waits == [500, 1000, 2000, 2000, 2000, 2000])
    }

    @Test func whatWasLostIsTriedSoon() {
        var backoff = Backoff()
        for _ in 0..<6 { backoff.failed(at: at(0)) }
        backoff.succeeded(at: at(0))
        backoff.lost(at: at(100_000))
        #expect(!backoff.isDue(at: at(100_499)))
        #expect(backoff.isDue(at: at(100_500)))
    }

    @Test func whatOpensAndFailsAtOnceIsTriedEverMoreSeldom() {
        var backoff = Backoff()
        var waits: [Int64] = []
        var now = at(0)
        for _ in 0..<6 {
            backoff.succeeded(at: now)
            #expect(backoff.isDue(at: now))
            backoff.lost(at: now)
            waits.append((backoff.due - now).milliseconds)
            now = backoff.due
        }
        #expect(waits == [500, 1000, 2000, 2000, 2000, 2000])
    }
}
