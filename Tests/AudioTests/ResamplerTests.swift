import Testing

@testable import Audio

@Suite struct ResamplerTests {
    private func resampled(_ rate: Int, _ samples: [Float]) -> [Int16] {
        var resampler = Resampler(rate: rate)
        var sound: [Int16] = []
        for sample in samples { resampler.add(sample) { sound.append($0) } }
        resampler.finish { sound.append($0) }
        return sound
    }

    @Test func at48000NothingChanges() {
        let sound = (0..<1_000).map { Int16(truncatingIfNeeded: $0 * 331) }
        #expect(resampled(48_000, sound.map { Float($0) / 32_768 }) == sound)
    }

    @Test func whatIsTooLoudIsCutOffAtFullScale() {
        #expect(resampled(48_000, [2, -2, 1]) == [32_767, -32_768, 32_767])
    }

    @Test(arguments: [4_000, 8_000, 11_025, 16_000, 22_050, 44_100, 96_000, 192_000])
    func aToneKeepsItsPitchItsLevelAndItsLength(rate: Int) {
        let tone = (0..<rate).map { index in
            Float(0.5 * Sine.of(turns: 1_000 * Double(index) / Double(rate)))
        }
        let sound = resampled(rate, tone).map { Int($0) }
        #expect((47_990...48_010).contains(sound.count))
        let middle = sound[4_800..<min(43_200, sound.count)]
        let crossings = zip(middle, middle.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
        #expect((799...801).contains(crossings))
        let peak = middle.map(abs).max() ?? 0
        #expect((16_000...16_600).contains(peak))
        // The output begins with the sound, not with the filter's delay.
        let first = sound.firstIndex { abs($0) > 4_000 } ?? 0
        #expect(first < 24)
    }
}
