import Foundation
import Media
import Report
import Testing

@testable import Intercomd

/// A name without a row would reach the metrics without a text.
@Suite struct CounterNamesTests {
    private func hasRow(_ name: String) -> Bool {
        Counter(name: name, value: 0).isByCause || Counter.help.contains { $0.name == name }
    }

    @Test func everyCounterOfTheMediaLoopHasARow() {
        for count in MediaCount.allCases {
            guard let name = count.name.map({ "\($0)" }) else { continue }
            #expect(hasRow(name), "\(name)")
        }
    }

    @Test func everyCounterOfTheControlLoopHasARow() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/Intercomd/Loop/ControlLoop+Snapshot.swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        let names = text.matches(of: /add\(\s*"([a-z_]+)/).map { String($0.1) }
        #expect(names.count > 25)
        for name in names { #expect(hasRow(name), "\(name)") }
    }

    @Test func noNameHasTwoRows() {
        #expect(Set(Counter.help.map { $0.name }).count == Counter.help.count)
    }
}
