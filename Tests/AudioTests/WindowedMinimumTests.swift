import Scene
import Seeds
import Testing

@testable import Audio

@Suite struct WindowedMinimumTests {
    @Test func isTheLeastOfOneToTwoWindows() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var minimum = WindowedMinimum(window: 100)
        #expect(minimum.value == nil)
        var seen: [(moment: Int64, value: Int64)] = []
        var moment: Int64 = 0
        for _ in 0..<2_000 {
            moment += Int64(random.unit() * 20)
            let value = Int64(random.unit() * 1_000)
            minimum.add(value, at: moment)
            seen.append((moment, value))
            let ofOne = seen.filter { $0.moment > moment - 100 }.map(\.value).min() ?? .max
            let ofTwo = seen.filter { $0.moment > moment - 220 }.map(\.value).min() ?? .max
            let got = minimum.value ?? .max
            #expect(got <= ofOne || got <= value, "seed \(seed)")
            #expect(got >= ofTwo, "seed \(seed)")
        }
    }

    @Test func aLongGapForgetsBothWindows() {
        var minimum = WindowedMinimum(window: 10)
        minimum.add(1, at: 0)
        minimum.add(5, at: 1_000)
        #expect(minimum.value == 5)
    }
}
