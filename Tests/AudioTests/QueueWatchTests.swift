import Testing
import Time

@testable import Audio

private func at(_ seconds: Double) -> Instant {
    Instant(nanoseconds: 1_000_000_000_000 + Int64(seconds * 1e9))
}

@Suite struct QueueWatchTests {
    @Test func oneSlowAnswerIsADoubtAndTwoAreAQueue() {
        var watch = QueueWatch()
        #expect(watch.verdict(at: at(0)) == .unknown)
        watch.add(roundTrip: .milliseconds(5), at: at(0))
        #expect(watch.verdict(at: at(0)) == .free)
        watch.add(roundTrip: .milliseconds(90), at: at(1))
        #expect(watch.verdict(at: at(1)) == .doubtful)
        watch.add(roundTrip: .milliseconds(80), at: at(2))
        #expect(watch.verdict(at: at(2)) == .standing)
        watch.add(roundTrip: .milliseconds(6), at: at(3))
        #expect(watch.verdict(at: at(3)) == .free)
    }

    @Test func ofOldAnswersNothingFollows() {
        var watch = QueueWatch()
        watch.add(roundTrip: .milliseconds(5), at: at(0))
        watch.add(roundTrip: .milliseconds(90), at: at(1))
        #expect(watch.verdict(at: at(5)) == .doubtful)
        watch.add(roundTrip: .milliseconds(90), at: at(16))
        #expect(watch.verdict(at: at(16)) == .doubtful)
    }

    @Test func aLongWayIsNoQueue() {
        var watch = QueueWatch()
        for second in 0..<60 {
            watch.add(roundTrip: .milliseconds(200 + second % 3 * 20), at: at(Double(second)))
            #expect(watch.verdict(at: at(Double(second))) == .free)
        }
    }
}
