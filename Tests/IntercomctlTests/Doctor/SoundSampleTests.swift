import Foundation
import Testing

@testable import Intercomctl

@Suite struct SoundSampleTests {
    @Test func lessThanABlockSaysNothing() {
        #expect(SoundSample([Int16](repeating: 1, count: 959)) == nil)
        #expect(SoundSample([]) == nil)
    }

    @Test func digitalSilenceIsDeadAndSoIsAStuckConverter() throws {
        for value: Int16 in [0, -7] {
            let sample = try #require(SoundSample([Int16](repeating: value, count: 48_000)))
            #expect(sample.isDead && sample.clipped == 0)
        }
    }

    @Test func levelsAreThoseOfTheLogarithm() {
        for amplitude in [1.0, 2, 30, 1000, 23_170, 32_768] {
            let exact = 20 * log10(amplitude / 32_768)
            #expect(abs(SoundSample.level(amplitude: amplitude) - exact) < 0.01)
        }
        #expect(SoundSample.level(amplitude: 0) == -96)
    }

    @Test func theFloorIsThatOfThePausesAndThePeakOfTheWords() throws {
        // A quarter of the second is speech of -6 dBFS, the rest a room of -50.
        let samples = (0..<48_000).map { index in
            let amplitude = index / 12_000 == 1 ? 16_384.0 : 104
            return Int16(amplitude * (index % 2 == 0 ? 1 : -1))
        }
        let sample = try #require(SoundSample(samples))
        #expect(abs(sample.floor + 50) < 0.2 && abs(sample.peak + 6) < 0.1)
        #expect(!sample.isDead && sample.clipped == 0)
    }

    @Test func bothEndsOfTheScaleClip() throws {
        var samples = [Int16](repeating: 5, count: 1000)
        (samples[1], samples[2], samples[3]) = (.max, .min, -.max)
        #expect(try #require(SoundSample(samples)).clipped == 3)
    }
}
