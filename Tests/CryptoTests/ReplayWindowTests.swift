import Seeds
import Testing

@testable import Crypto

@Suite struct ReplayWindowTests {
    /// Remembers every counter it accepted: slow, and obviously right.
    private struct Model {
        var seen: Set<UInt64> = []
        var highest: Int64 = -1

        mutating func accept(_ counter: UInt64) -> Bool {
            if Int64(counter) <= highest, highest - Int64(counter) >= 1024 { return false }
            guard seen.insert(counter).inserted else { return false }
            highest = max(highest, Int64(counter))
            return true
        }

        func reconstruct(_ low: UInt16) -> UInt64? {
            let first = highest + 1 - 32_768 + 1
            for counter in first...highest + 1 + 32_768
            where UInt16(truncatingIfNeeded: counter) == low {
                return counter >= 0 && counter < 1 << 22 ? UInt64(counter) : nil
            }
            return nil
        }
    }

    @Test func acceptsWhatTheModelAccepts() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for round in 0..<60 {
            var window = ReplayWindow()
            var model = Model()
            // Small steps, steps around the window's size, and great leaps.
            let reach: Int64 = [3, 70, 1100, 2500, 40_000][round % 5]
            for _ in 0..<2000 {
                let near = model.highest + Int64.random(in: -reach...reach, using: &random)
                let counter = UInt64(min(max(near, 0), (1 << 22) - 1))
                let accepted = window.accept(counter)
                let expected = model.accept(counter)
                guard accepted == expected, window.highest == model.highest else {
                    Issue.record("seed \(seed), round \(round), counter \(counter)")
                    return
                }
            }
        }
    }

    @Test func reconstructsWhatTheModelReconstructs() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<40 {
            var window = ReplayWindow()
            var model = Model()
            let start = UInt64.random(in: 0..<1 << 22, using: &random)
            for counter in [start, 0, (1 << 22) - 1] as [UInt64] {
                guard window.accept(counter) else { continue }
                _ = model.accept(counter)
                let low = UInt16.random(in: 0...UInt16.max, using: &random)
                #expect(
                    window.reconstruct(low) == model.reconstruct(low),
                    "seed \(seed), highest \(model.highest), low \(low)")
            }
        }
    }

    @Test func reconstructionOfTheVectors() throws {
        #expect(vectors.reconstruct.count == vectors.inputs.reconstruct.count)
        for (input, expected) in zip(vectors.inputs.reconstruct, vectors.reconstruct) {
            var window = ReplayWindow()
            if input[0] >= 0 { #expect(window.accept(UInt64(input[0])) == true) }
            #expect(window.reconstruct(UInt16(input[1])) == expected, "\(input)")
        }
    }
}
