import Audio
import Foundation
import Seeds
import Testing

@Suite struct SpectrumTests {
    private func bands(_ sound: [Int16]) -> [Double] {
        var spectrum = Spectrum()
        spectrum.add(sound.span)
        return spectrum.bands
    }

    @Test func aSineReadsItsLevelInItsBandAndNearlyNothingElsewhere() throws {
        for hertz in [1_000, 4_000, 10_000] {
            let sound = (0..<4_800).map {
                Int16(3_276.8 * sin(2 * Double.pi * Double(hertz * $0) / 48_000))
            }
            let bands = bands(sound)
            let place = try #require(Spectrum.centres.firstIndex(of: hertz))
            #expect(abs(bands[place] + 23.01) < 0.2, "\(hertz) Hz: \(bands[place])")
            for other in bands.indices where abs(other - place) > 1 {
                #expect(bands[other] < -70, "\(Spectrum.centres[other]) Hz: \(bands[other])")
            }
        }
    }

    @Test func allBandsTogetherAreTheSound() {
        var random = SplitMix64(seed: 1)
        let noise = (0..<2_048).map { _ in Int16.random(in: -2_048..<2_048, using: &random) }
        let power = bands(noise).reduce(0) { $0 + pow(10, $1 / 10) }
        let whole = noise.reduce(0.0) { $0 + Double($1) * Double($1) } / 2_048 / 32_768 / 32_768
        // White noise: the bands reach from 89 Hz to 17.8 kHz of 24 kHz.
        #expect(abs(10 * log10(power / whole) + 1.3) < 0.7)
    }

    @Test func silenceReadsTheFloor() {
        var spectrum = Spectrum()
        #expect(spectrum.bands.allSatisfy { $0 == LevelMeter.floor })
        // Sound that is older than the newest 43 ms counts no more.
        spectrum.add([Int16](repeating: 9_000, count: 480).span)
        #expect(!spectrum.bands.allSatisfy { $0 == LevelMeter.floor })
        spectrum.add([Int16](repeating: 0, count: 2_048).span)
        #expect(spectrum.bands.allSatisfy { $0 == LevelMeter.floor })
        #expect(spectrum.bands.count == Spectrum.centres.count)
    }
}
