import Report
import Testing
import Time

@testable import Files

@Suite struct LogBudgetTests {
    func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func whatIsRareIsAlwaysTold() {
        var budget = LogBudget()
        for second in 0..<1000 {
            let now = at(Double(second) * 3.1)
            let isTold = budget.admits(.xrun, of: "garage", at: now)
            #expect(isTold)
            let count = budget.reopened(at: now)?.suppressed
            #expect(count == nil)
        }
    }

    @Test func whoOpenedADoorIsToldTenTimesASecond() {
        var budget = LogBudget()
        for tenth in 0..<600 {
            let isTold = budget.admits(.relay, of: "garage", at: at(Double(tenth) / 10))
            #expect(isTold)
        }
        let isTold = budget.admits(.relay, of: "garage", at: at(59.95))
        #expect(!isTold)
    }

    @Test func aFloodIsTwentyLinesAMinuteAndItsCountIsToldOnce() {
        var budget = LogBudget()
        var told = 0
        var counts: [Int] = []
        // Ten a second for three minutes, looked after every second.
        for tenth in 0..<1800 {
            let now = at(Double(tenth) / 10)
            if tenth % 10 == 0 {
                while let share = budget.reopened(at: now) {
                    #expect(share.kind == .peerUp && share.peer == "garage")
                    counts.append(share.suppressed)
                }
            }
            if budget.admits(.peerUp, of: "garage", at: now) { told += 1 }
        }
        #expect(told == 60)
        #expect(counts == [580, 580])
        let last = [budget.reopened(at: at(180)), budget.reopened(at: at(180))]
        #expect(last.map { $0?.suppressed } == [580, nil])
    }

    @Test func onePeerDoesNotSilenceAnotherNorTheStation() {
        var budget = LogBudget()
        for kind in [Event.Kind.relay, .ring, .missedCall, .refused] {
            for _ in 0..<1000 { _ = budget.admits(kind, of: "attic", at: at(0)) }
            let told = ["attic", "garage", nil].map { budget.admits(kind, of: $0, at: at(1)) }
            #expect(told == [false, true, true], "\(kind)")
        }
        // Nor does one kind silence another.
        let other = budget.admits(.peerUp, of: "attic", at: at(1))
        #expect(other)
        let counts = (0..<5).map { _ in budget.reopened(at: at(60)) }
        #expect(counts.map { $0?.peer } == ["attic", "attic", "attic", "attic", nil])
        #expect(counts.map { $0?.suppressed } == [401, 981, 981, 981, nil])
    }

    /// The count of the minute before is told before a line of the next.
    @Test func nothingIsForgottenWhenNobodyAsksInTime() {
        var budget = LogBudget()
        for _ in 0..<30 { _ = budget.admits(.rekey, of: "garage", at: at(0)) }
        let early = budget.admits(.rekey, of: "garage", at: at(500))
        let count = budget.reopened(at: at(500))?.suppressed
        let later = budget.admits(.rekey, of: "garage", at: at(500))
        #expect(!early && count == 11 && later)
    }
}
