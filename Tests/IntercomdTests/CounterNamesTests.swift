import Media
import Report
import Testing

@testable import Intercomd

@Suite struct CounterNamesTests {
    /// A name without a row would reach the metrics without a text.
    @Test func everyCounterOfTheMediaLoopHasARow() {
        for count in MediaCount.allCases {
            guard let name = count.name.map({ "\($0)" }) else { continue }
            let isByCause = CounterFamily.allCases.contains { name.hasPrefix($0.rawValue) }
            #expect(isByCause || CounterName(rawValue: name) != nil, "\(name)")
        }
    }
}
