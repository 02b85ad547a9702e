import Testing
import Time

@testable import Audio

private func at(_ seconds: Double) -> Instant {
    Instant(nanoseconds: 1_000_000_000_000 + Int64(seconds * 1e9))
}

@Suite struct QueueWatchTests {
    private var watch = QueueWatch()

    @Test mutating func oneSlowAnswerIsADoubtAndTwoAreAQueue() {
        #expect(watch.verdict(at: at(0)) == .unknown)
        watch.add(roundTrip: .milliseconds(5), jitter: .zero, at: at(0))
        #expect(watch.verdict(at: at(0)) == .free)
        watch.add(roundTrip: .milliseconds(90), jitter: .zero, at: at(1))
        #expect(watch.verdict(at: at(1)) == .doubtful)
        watch.add(roundTrip: .milliseconds(80), jitter: .zero, at: at(2))
        #expect(watch.verdict(at: at(2)) == .standing)
        watch.add(roundTrip: .milliseconds(6), jitter: .zero, at: at(3))
        #expect(watch.verdict(at: at(3)) == .free)
    }

    @Test mutating func ofOldAnswersNothingFollows() {
        watch.add(roundTrip: .milliseconds(5), jitter: .zero, at: at(0))
        watch.add(roundTrip: .milliseconds(90), jitter: .zero, at: at(1))
        #expect(watch.verdict(at: at(5)) == .doubtful)
        watch.add(roundTrip: .milliseconds(90), jitter: .zero, at: at(16))
        #expect(watch.verdict(at: at(16)) == .doubtful)
    }

    @Test mutating func aLongWayIsNoQueue() {
        for second in 0..<60 {
            let roundTrip = Duration.milliseconds(200 + second % 3 * 20)
            watch.add(roundTrip: roundTrip, jitter: .zero, at: at(Double(second)))
            #expect(watch.verdict(at: at(Double(second))) == .free)
        }
    }

    /// Packets that come 0 to 40 ms late, each by itself, with a jitter of 13 ms; or all later by
    /// the same time, which is a queue.
    @Test(arguments: [(13, QueueWatch.Verdict.free), (2, .standing)])
    mutating func unevennessIsNoQueue(jitterMs: Int, verdict: QueueWatch.Verdict) {
        watch.add(roundTrip: .milliseconds(5), jitter: .zero, at: at(0))
        for second in 1...20 {
            watch.add(
                roundTrip: .milliseconds(5 + 40 + second % 3 * 5),
                jitter: .milliseconds(jitterMs), at: at(Double(second)))
            if second > 1 { #expect(watch.verdict(at: at(Double(second))) == verdict) }
        }
    }
}
