// HouseProbe: lives days of a house at random (`HouseDay`), one for each seed from FIRST on.
//
// Usage: HouseProbe FIRST COUNT [adversary | repeats]
//          adversary   days in whose network somebody holds packets back (`AdversaryDay`)
//          repeats     the same, and what happens late is no fault
// It writes each seed before the day begins: the last one written is that of a day that ended it.
// At the end it says in one line of JSON what happened in all of them.

import Foundation
import Household

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.prefix(2).compactMap { UInt64($0) }
let kind = arguments.count == 3 ? arguments.last! : ""
let hasAdversary = kind == "adversary" || kind == "repeats"
guard numbers.count == 2, arguments.count == 2 || hasAdversary else {
    let usage = "usage: HouseProbe FIRST COUNT [adversary | repeats]\n"
    FileHandle.standardError.write(Data(usage.utf8))
    exit(2)
}

func live(_ seed: UInt64) -> (broken: String?, totals: HouseTotals) {
    guard hasAdversary else {
        let day = HouseDay(seed: seed)
        return (day.live(), day.totals)
    }
    let day = AdversaryDay(seed: seed, looksOnlyForRepeats: kind == "repeats")
    return (day.live(), day.totals)
}

var sums = HouseTotals()
for offset in 0..<numbers[1] {
    let seed = numbers[0] &+ offset
    FileHandle.standardOutput.write(Data("seed \(seed)\n".utf8))
    let (broken, totals) = live(seed)
    if let broken {
        FileHandle.standardError.write(Data("\(broken)\n".utf8))
        exit(1)
    }
    sums += totals
}
let names = hasAdversary ? HouseCount.ofAdversary : HouseCount.ofDay
let counts = names.map { "\"\($0.rawValue)\": \(sums.counts[$0] ?? 0)" }
print("{\"days\": \(numbers[1]), " + counts.joined(separator: ", ") + "}")
