// DayProbe: lives days at random (`RandomDay`), one for each seed from FIRST on.
//
// Usage: DayProbe FIRST COUNT
// It writes each seed before the day begins: the last one written is that of a day that ended it.
// At the end it says in one line of JSON what happened in all of them.

import Audio
import Foundation
import HAL
import Scene
import Synchronization

let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard numbers.count == 2 else {
    FileHandle.standardError.write(Data("usage: DayProbe FIRST COUNT\n".utf8))
    exit(2)
}

/// Lives all of the days; returns what was counted in them.
@Sendable func liveAll(_ numbers: [UInt64]) throws -> ReceptionTotals {
    var sums = ReceptionTotals()
    for offset in 0..<numbers[1] {
        let seed = numbers[0] &+ offset
        FileHandle.standardOutput.write(Data("seed \(seed)\n".utf8))
        var day = try RandomDay(seed: seed)
        guard day.live() else {
            FileHandle.standardError.write(Data("the voice never ends\n".utf8))
            exit(1)
        }
        sums += day.totals
    }
    return sums
}

extension ReceptionTotals {
    static func += (sums: inout ReceptionTotals, day: ReceptionTotals) {
        sums.received += day.received
        sums.lost += day.lost
        sums.recovered += day.recovered
        sums.late += day.late
        sums.duplicates += day.duplicates
        sums.malformed += day.malformed
        sums.spurts += day.spurts
        sums.restarts += day.restarts
        sums.concealedMs += day.concealedMs
        sums.stretchedMs += day.stretchedMs
        sums.skippedMs += day.skippedMs
    }
}

// On a thread like that of the media loop.
let lived = Mutex<Result<ReceptionTotals, any Error>?>(nil)
try RealtimeThread(name: "days", priority: 0) {
    let result = Result { try liveAll(numbers) }
    lived.withLock { $0 = result }
}.join()
let sums = try lived.withLock { $0! }.get()
let fields: [(String, UInt64)] = [
    ("days", numbers[1]), ("received", sums.received), ("lost", sums.lost),
    ("recovered", sums.recovered), ("late", sums.late), ("duplicates", sums.duplicates),
    ("malformed", sums.malformed), ("spurts", sums.spurts), ("restarts", sums.restarts),
    ("concealed_ms", sums.concealedMs), ("stretched_ms", sums.stretchedMs),
    ("skipped_ms", sums.skippedMs),
]
print("{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
