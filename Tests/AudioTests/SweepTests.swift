import Scene
import Seeds
import Testing

@testable import Audio

@Suite struct SweepTests {
    /// Random sound with the sweep in it, `share` as loud and `delay` later.
    private func recording(
        _ share: Double, delay: Int, noise: Int, _ random: inout SplitMix64
    ) -> [Int16] {
        var sound = (0..<30_000).map { _ in
            noise == 0 ? 0 : Int16.random(in: Int16(-noise)...Int16(noise), using: &random)
        }
        for (index, sample) in Sweep(decibels: -12).samples.enumerated() {
            sound[delay + index] += Int16(Double(sample) * share)
        }
        return sound
    }

    @Test func isFoundToTheSample() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for share in [1.0, 0.1, -0.3] {
            let delay = Int.random(in: 0..<27_600, using: &random)
            let sound = recording(share, delay: delay, noise: 60, &random)
            let found = Sweep(decibels: -12).find(in: sound, at: 0..<30_000)
            #expect(found?.place == delay, "seed \(seed)")
            #expect((found?.likeness ?? 0) > 0.8, "seed \(seed)")
        }
    }

    @Test func itsLevelIsThatOfWhatIsThere() throws {
        var random = SplitMix64(seed: 1)
        let sound = recording(0.1, delay: 7_000, noise: 0, &random)
        let found = try #require(Sweep(decibels: -12).find(in: sound, at: 0..<20_000))
        // A sine's RMS is 3 dB below its peak; the fades take a little more.
        #expect(found.level > -36 && found.level < -34.5)
    }

    @Test func noiseOrAToneAloneIsNoSweep() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        let tone = (0..<30_000).map { Int16(8_000 * Sine.of(turns: Double($0) / 48)) }
        let noises = [0, 1, 30, 3_000].map { (noise: Int16) in
            (0..<30_000).map { _ in Int16.random(in: -noise...noise, using: &random) }
        }
        for sound in noises + [tone] {
            #expect(Sweep(decibels: -12).find(in: sound, at: 0..<30_000) == nil, "seed \(seed)")
        }
    }

    @Test func outsideOfTheRecordingThereIsNothing() {
        let sweep = Sweep(decibels: -12)
        #expect(sweep.find(in: [], at: 0..<10) == nil)
        #expect(sweep.find(in: [1, 2, 3], at: 0..<3) == nil)
        #expect(sweep.find(in: sweep.samples, at: -50..<50)?.place == 0)
        #expect(sweep.find(in: sweep.samples, at: 5_000..<6_000) == nil)
    }

    @Test func peaksWhereItIsSaidToAndNeverJumps() {
        let samples = Sweep(decibels: -12).samples
        #expect(samples.count == 2_400)
        let peak = samples.map { abs(Int($0)) }.max() ?? 0
        #expect(abs(peak - 8_231) < 40)
        // 3.5 kHz at that amplitude moves at most this far in a sample.
        for (one, next) in zip(samples, samples.dropFirst()) {
            #expect(abs(Int(next) - Int(one)) < 3_900)
        }
    }
}

@Suite struct ToneTrialTests {
    /// A microphone's recording of a trial after `delay` samples, with noise.
    private func recording(delay: Int, gain: Double, noise: Int) -> [Int16] {
        let sweep = ToneTrial().samples
        var random = SplitMix64(seed: 3)
        return (0..<ToneTrial.count).map { place in
            let hiss = Int16.random(in: Int16(-noise)...Int16(noise), using: &random)
            let tone = ToneTrial.sweepPlace(at: place - delay).map { gain * Double(sweep[$0]) } ?? 0
            return Int16(tone) + hiss
        }
    }

    @Test func findsHowLongTheWayTook() throws {
        let heard = try #require(
            ToneTrial().heard(in: recording(delay: 2_400, gain: 0.1, noise: 50), from: 0))
        #expect(abs(heard.delay - 2_400) < 4)
        #expect(heard.level < -30 && heard.level > -45)
    }

    @Test func whatIsNotThereIsNotHeard() {
        #expect(ToneTrial().heard(in: recording(delay: 0, gain: 0, noise: 300), from: 0) == nil)
        #expect(ToneTrial().heard(in: [], from: 0) == nil)
    }
}
