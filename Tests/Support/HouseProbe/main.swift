// HouseProbe: lives days of a house at random (`HouseDay`), one for each seed from FIRST on.
//
// Usage: HouseProbe FIRST COUNT
// It writes each seed before the day begins: the last one written is that of a day that ended it.
// At the end it says in one line of JSON what happened in all of them.

import Foundation
import Household

let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard numbers.count == 2 else {
    FileHandle.standardError.write(Data("usage: HouseProbe FIRST COUNT\n".utf8))
    exit(2)
}

var sums = HouseTotals()
for offset in 0..<numbers[1] {
    let seed = numbers[0] &+ offset
    FileHandle.standardOutput.write(Data("seed \(seed)\n".utf8))
    let day = HouseDay(seed: seed)
    if let broken = day.live() {
        FileHandle.standardError.write(Data("\(broken)\n".utf8))
        exit(1)
    }
    sums += day.totals
}
let counts = HouseCount.allCases.map { "\"\($0.rawValue)\": \(sums.counts[$0] ?? 0)" }
print("{\"days\": \(numbers[1]), " + counts.joined(separator: ", ") + "}")
