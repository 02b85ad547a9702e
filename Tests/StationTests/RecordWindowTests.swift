import Seeds
import Testing
import Wire

@testable import Station

@Suite struct RecordWindowTests {
    /// Remembers every number it accepted: slow, and obviously right.
    private struct Model {
        var seen: Set<UInt32> = []
        var highest: UInt32?

        mutating func accept(_ number: UInt32) -> Bool {
            let ahead = Int32(bitPattern: number &- (highest ?? number))
            if ahead <= -256 { return false }
            if ahead > 0 || highest == nil { highest = number }
            return seen.insert(number).inserted
        }
    }

    @Test func acceptsWhatTheModelAccepts() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for round in 0..<60 {
            var window = RecordWindow()
            var model = Model()
            // Small steps, steps around the window's size, and great leaps; wraps are among them.
            let reach: Int32 = [3, 70, 300, 2_000, 900_000][round % 5]
            var last = UInt32(truncatingIfNeeded: random.next())
            for _ in 0..<2_000 {
                let step = Int32(random.next() % UInt64(2 * reach + 1)) - reach
                let number = last &+ UInt32(bitPattern: step)
                let expected = model.accept(number)
                guard window.accept(number) == expected else {
                    Issue.record("seed \(seed), round \(round), number \(number)")
                    return
                }
                last = model.highest ?? number
            }
        }
    }
}
