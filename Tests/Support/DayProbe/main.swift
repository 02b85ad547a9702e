// DayProbe: lives days at random (`RandomDay`), one for each seed from FIRST on.
//
// Usage: DayProbe FIRST COUNT
// It writes each seed before the day begins: the last one written is that of a day that ended it.
// At the end it says in one line of JSON what happened in all of them.

import Audio
import Foundation
import Scene

let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard numbers.count == 2 else {
    FileHandle.standardError.write(Data("usage: DayProbe FIRST COUNT\n".utf8))
    exit(2)
}
var sums = ReceptionTotals()
for offset in 0..<numbers[1] {
    let seed = numbers[0] &+ offset
    FileHandle.standardOutput.write(Data("seed \(seed)\n".utf8))
    var day = try RandomDay(seed: seed)
    guard day.live() else {
        FileHandle.standardError.write(Data("the voice never ends\n".utf8))
        exit(1)
    }
    let totals = day.totals
    sums.received += totals.received
    sums.lost += totals.lost
    sums.recovered += totals.recovered
    sums.late += totals.late
    sums.duplicates += totals.duplicates
    sums.malformed += totals.malformed
    sums.spurts += totals.spurts
    sums.restarts += totals.restarts
    sums.concealedMs += totals.concealedMs
    sums.stretchedMs += totals.stretchedMs
    sums.skippedMs += totals.skippedMs
}
let fields: [(String, UInt64)] = [
    ("days", numbers[1]), ("received", sums.received), ("lost", sums.lost),
    ("recovered", sums.recovered), ("late", sums.late), ("duplicates", sums.duplicates),
    ("malformed", sums.malformed), ("spurts", sums.spurts), ("restarts", sums.restarts),
    ("concealed_ms", sums.concealedMs), ("stretched_ms", sums.stretchedMs),
    ("skipped_ms", sums.skippedMs),
]
print("{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
