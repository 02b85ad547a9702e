import Control
import Testing
import Time

@testable import Storage

@Suite struct LogBudgetTests {
    func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func whatIsRareIsAlwaysTold() {
        var budget = LogBudget()
        for second in 0..<1000 {
            let now = at(Double(second) * 3.1)
            let isTold = budget.admits(.xrun, at: now)
            #expect(isTold)
            let count = budget.reopened(at: now)?.suppressed
            #expect(count == nil)
        }
    }

    @Test func whoOpenedADoorIsToldTenTimesASecond() {
        var budget = LogBudget()
        for tenth in 0..<600 {
            let isTold = budget.admits(.relay, at: at(Double(tenth) / 10))
            #expect(isTold)
        }
        let isTold = budget.admits(.relay, at: at(59.95))
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
                while let (kind, count) = budget.reopened(at: now) {
                    #expect(kind == .peerUp)
                    counts.append(count)
                }
            }
            if budget.admits(.peerUp, at: now) { told += 1 }
        }
        #expect(told == 60)
        #expect(counts == [580, 580])
        let last = [budget.reopened(at: at(180)), budget.reopened(at: at(180))]
        #expect(last.map { $0?.suppressed } == [580, nil])
    }

    @Test func oneKindDoesNotSilenceAnother() {
        var budget = LogBudget()
        for _ in 0..<100 { _ = budget.admits(.peerUp, at: at(0)) }
        for kind in Event.Kind.allCases {
            let isTold = budget.admits(kind, at: at(1))
            #expect(isTold == (kind != .peerUp))
        }
    }

    /// The count of the minute before is told before a line of the next.
    @Test func nothingIsForgottenWhenNobodyAsksInTime() {
        var budget = LogBudget()
        for _ in 0..<30 { _ = budget.admits(.rekey, at: at(0)) }
        let early = budget.admits(.rekey, at: at(500))
        let count = budget.reopened(at: at(500))?.suppressed
        let later = budget.admits(.rekey, at: at(500))
        #expect(!early && count == 11 && later)
    }
}
