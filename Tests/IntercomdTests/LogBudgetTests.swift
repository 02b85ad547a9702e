import Control
import Testing
import Time

@testable import Intercomd

@Suite struct LogBudgetTests {
    func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    @Test func whatIsRareIsAlwaysTold() {
        var budget = LogBudget()
        for second in 0..<1000 {
            #expect(budget.admits(.xrun, at: at(Double(second) * 3.1)))
            #expect(budget.reopened(at: at(Double(second) * 3.1)) == nil)
        }
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
        #expect(budget.reopened(at: at(180))?.suppressed == 580)
        #expect(budget.reopened(at: at(180)) == nil)
    }

    @Test func oneKindDoesNotSilenceAnother() {
        var budget = LogBudget()
        for _ in 0..<100 { _ = budget.admits(.peerUp, at: at(0)) }
        #expect(!budget.admits(.peerUp, at: at(1)))
        for kind in Event.Kind.allCases where kind != .peerUp {
            #expect(budget.admits(kind, at: at(1)))
        }
    }

    /// The count of the minute before is told before a line of the next.
    @Test func nothingIsForgottenWhenNobodyAsksInTime() {
        var budget = LogBudget()
        for _ in 0..<30 { _ = budget.admits(.rekey, at: at(0)) }
        #expect(!budget.admits(.rekey, at: at(500)))
        #expect(budget.reopened(at: at(500))?.suppressed == 11)
        #expect(budget.admits(.rekey, at: at(500)))
    }
}
