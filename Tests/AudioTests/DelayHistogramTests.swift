import Scene
import Testing

@testable import Audio

@Suite struct DelayHistogramTests {
    /// The cost by its definition, from the list of all observations in samples.
    private func cost(_ seen: [Int64?], at delay: Int, lateCost: Int) -> Double {
        func late(_ window: Int) -> Double {
            let recent = seen.suffix(window)
            let count = recent.filter { $0.map { $0 / 48 >= delay } ?? true }.count
            return Double(count) / Double(max(1, recent.count))
        }
        return max(Double(delay), 10) + Double(lateCost * 100) * max(late(1_500), late(100) / 4)
    }

    @Test func agreesWithItsDefinition() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var histogram = DelayHistogram(frameSamples: 480)
        var seen: [Int64?] = []
        for i in 0..<4_000 {
            let spread = i < 2_000 ? 30.0 : 90
            let delay = random.unit() < 0.02 ? nil : Int64(random.unit() * spread * 48)
            histogram.add(delay)
            seen.append(delay)
            guard i % 97 == 0, i >= 25 else { continue }
            histogram.weigh(lateCost: 20)
            for delay in [1, 5, 12, 29, 60, 200] {
                // In time by half a millisecond counts as in time.
                let got = histogram.cost(at: Int64(delay) * 48 + 24)
                let slack = delay >= 10 ? 0.5 : 0
                let expected = cost(seen, at: delay, lateCost: 20) + slack
                #expect(abs(Double(got) - expected) < 0.01, "seed \(seed)")
            }
        }
    }

    @Test func aLongerDelayIsChosenOnlyIfItSavesMore() {
        var histogram = DelayHistogram(frameSamples: 480)
        for i in 0..<1_500 { histogram.add(i % 50 == 0 ? 40 * 48 : 2 * 48) }
        // 2 % late: worth 10 ms at the low preset, 40 ms at the normal one.
        histogram.weigh(lateCost: 5)
        #expect(histogram.target(delayMax: 240) < 10)
        histogram.weigh(lateCost: 20)
        #expect((40...42).contains(histogram.target(delayMax: 240)))
        #expect(histogram.target(delayMax: 30) <= 30)
    }

    @Test func whatWasSeenMovesWithTheQuickestArrival() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var histogram = DelayHistogram(frameSamples: 480)
        var seen: [Int64?] = []
        for i in 0..<3_000 {
            let delay = random.unit() < 0.02 ? nil : Int64(random.unit() * 90 * 48)
            histogram.add(delay)
            seen.append(delay)
            guard i == 700 || i == 2_500 else { continue }
            // What leaves the windows later must leave them where it was moved to.
            histogram.shift(by: 30)
            seen = seen.map { $0.map { max(0, $0 - 30 * 48) } }
        }
        histogram.weigh(lateCost: 20)
        for delay in [1, 5, 12, 29, 60, 90] {
            let got = histogram.cost(at: Int64(delay) * 48 + 24)
            let expected = cost(seen, at: delay, lateCost: 20) + (delay >= 10 ? 0.5 : 0)
            #expect(abs(Double(got) - expected) < 0.01, "seed \(seed)")
        }
    }
}
