import Testing
import Time

@testable import Peering

@Suite struct BudgetTests {
    @Test func aHundredASecondAreRead() {
        var budget = Budget()
        let taken = (0..<5000).filter { budget.takes(at: ms(Int64($0) / 5)) }
        #expect(taken == Array(0..<100))
        let isRefilled = budget.takes(at: ms(1000))
        #expect(isRefilled)
        // A calm network loses nothing.
        var calm = Budget()
        let all = (0..<1000).filter { calm.takes(at: ms(Int64($0) * 11)) }
        #expect(all.count == 1000)
    }
}
