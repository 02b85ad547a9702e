import Audio
import Foundation
import Scene
import Seeds
import Testing

/// The reference: the active speech level of ITU-T P.56 of the speech alone, over the mean power of
/// the noise alone.
@Suite struct SignalToNoiseTests {
    enum Colour: String, CaseIterable { case white, pink, brown, hum }

    private static func words(_ seconds: Int, _ random: inout some RandomNumberGenerator)
        -> [Double]
    {
        var sound = [Double](repeating: 0, count: seconds * 48_000)
        var place = 12_000
        while place < sound.count {
            // A sentence of syllables, then a pause.
            for _ in 0..<Int.random(in: 4...14, using: &random) {
                let length = Int.random(in: 4_800...14_400, using: &random)
                let pitch = Double.random(in: 90...220, using: &random)
                let level = pow(10, Double.random(in: -9...0, using: &random) / 20)
                for n in 0..<length where place + n < sound.count {
                    let shape = sin(Double.pi * Double(n) / Double(length))
                    let turn = 2 * Double.pi * pitch * Double(n) / 48_000
                    var value = 0.0
                    for harmonic in 1...12 {
                        value += sin(turn * Double(harmonic)) / Double(harmonic)
                    }
                    sound[place + n] = level * shape * value
                }
                place += length + Int.random(in: 0...4_800, using: &random)
            }
            place += Int.random(in: 28_800...96_000, using: &random)
        }
        return sound
    }

    private static func noise(
        _ colour: Colour, _ count: Int, _ random: inout some RandomNumberGenerator
    ) -> [Double] {
        var (low, lower, lowest) = (0.0, 0.0, 0.0)
        return (0..<count).map { n in
            let white = Double.random(in: -1...1, using: &random)
            switch colour {
            case .white: return white
            case .pink:
                low = 0.99765 * low + white * 0.0990460
                lower = 0.96300 * lower + white * 0.2965164
                lowest = 0.57000 * lowest + white * 1.0526913
                return low + lower + lowest + white * 0.1848
            case .brown:
                // Falls by 6 dB an octave from 40 Hz on.
                low = 0.9948 * low + white * 0.1
                return low
            case .hum: return sin(2 * Double.pi * 50 * Double(n) / 48_000) + 0.3 * white
            }
        }
    }

    /// The active speech level of P.56 as mean power, by its method B, in steps of 1 ms.
    static func activePower(of sound: [Double]) -> Double {
        let (step, hangover) = (48, 200)
        let keep = exp(-1 / (48_000 * 0.03))
        let thresholds = (0..<100).map { pow(10, -Double($0) / 20) }
        var counts = [Int](repeating: 0, count: thresholds.count)
        var hangs = [Int](repeating: hangover, count: thresholds.count)
        var (p, q, squares) = (0.0, 0.0, 0.0)
        for (n, value) in sound.enumerated() {
            squares += value * value
            p = keep * p + (1 - keep) * abs(value)
            q = keep * q + (1 - keep) * p
            guard n % step == 0 else { continue }
            for place in thresholds.indices {
                hangs[place] = q >= thresholds[place] ? 0 : hangs[place] + 1
                if hangs[place] <= hangover { counts[place] += step }
            }
        }
        // From the lowest threshold up: the first that is less than 15.9 dB below the resulting
        // level.
        for place in thresholds.indices.reversed() where counts[place] > 0 {
            let power = squares / Double(counts[place])
            if 10 * log10(power) - 20 * log10(thresholds[place]) <= 15.9 { return power }
        }
        return squares / Double(sound.count)
    }

    /// Speech and noise of mean power 1, to be mixed; for speech, the mean while it is active.
    struct Parts {
        let words: [Double]
        let noise: [Double]

        init(_ colour: Colour, seed: UInt64, seconds: Int = 20) {
            var random = SplitMix64(seed: seed)
            let words = SignalToNoiseTests.words(seconds, &random)
            let noise = SignalToNoiseTests.noise(colour, words.count, &random)
            let active = activePower(of: words).squareRoot()
            let power = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
            self.words = words.map { $0 / active }
            self.noise = noise.map { $0 / power }
        }

        /// A microphone's sound: the noise lies `truth` dB below the speech.
        func mixed(_ truth: Double, speechLevel: Double, offset: Double = 0) -> [Int16] {
            let gain = 32_768 * pow(10, speechLevel / 20)
            let noiseGain = gain * pow(10, -truth / 20)
            return words.indices.map {
                let value = gain * words[$0] + noiseGain * noise[$0] + offset
                return Int16(max(-32_768, min(32_767, value.rounded())))
            }
        }
    }

    static func measure(_ samples: [Int16], block: Int = 480) -> Double? {
        var meter = SignalToNoise()
        meter.add(samples[...], by: block)
        return meter.decibels
    }

    @Test(arguments: Colour.allCases, testSeeds(3))
    func isWithinTwoDecibelsOfTheTruth(_ colour: Colour, _ seed: UInt64) throws {
        let parts = Parts(colour, seed: seed)
        let cases = [
            (10.0, -23.0), (15, -35), (20, -23), (30, -30), (38, -23), (42, -23), (50, -26),
        ]
        for (truth, level) in cases {
            let found = try #require(Self.measure(parts.mixed(truth, speechLevel: level)))
            #expect(
                abs(found - truth) <= 2,
                "\(colour), seed \(seed), \(truth) dB at \(level) dBFS: \(found)")
        }
    }

    @Test func theSizeOfTheBlocksAndAConverterThatIsOffChangeNothing() throws {
        let parts = Parts(.white, seed: 7)
        let plain = try #require(Self.measure(parts.mixed(30, speechLevel: -23)))
        let short = try #require(Self.measure(parts.mixed(30, speechLevel: -23), block: 120))
        let off = try #require(Self.measure(parts.mixed(30, speechLevel: -23, offset: 900)))
        #expect(short == plain)
        #expect(abs(off - plain) < 0.5)
    }

    @Test func saysNothingUntilASecondOfSpeechAndTwoOfPauseWereHeard() {
        let parts = Parts(.white, seed: 5, seconds: 8)
        var meter = SignalToNoise()
        let noise = parts.noise.map { Int16((100 * $0).rounded()) }
        meter.add(noise[...])
        var found = meter.decibels
        #expect(found == nil, "nobody spoke")
        let tone = (0..<48_000).map { Int16(10_000 * sin(Double($0) / 10)) }
        meter.add(tone[..<43_200])
        found = meter.decibels
        #expect(found == nil, "0.9 s of speech")
        meter.add(tone[..<14_400])
        found = meter.decibels
        #expect(found != nil)
        meter.reset()
        found = meter.decibels
        #expect(found == nil)
    }

    /// A measurement that begins within a word gives a good first result: it warns about no good
    /// microphone.
    ///
    /// The first sample of a word is far from the constant offset of a converter. Taken for that
    /// offset, it would count as noise in the pauses for half a minute: 14 dB too little at 42, 22
    /// at 50. Brown noise itself varies: of 70 seeds the worst was 1.9 dB off, of some thousands
    /// 2.5. One in 150 has no result within 11 s: it looks like a room that becomes louder and is
    /// measured again.
    @Test(arguments: Colour.allCases, isLongRun ? [11, 12, testSeed()] : [11])
    func speechFromTheFirstMomentIsNotTakenForNoise(_ colour: Colour, _ seed: UInt64) throws {
        let parts = Parts(colour, seed: seed, seconds: colour == .brown ? 30 : 14)
        var random = SplitMix64(seed: seed + 1)
        let start = Int.random(in: 14_000...120_000, using: &random)
        let sound = parts.mixed(42, speechLevel: -23, offset: 300).dropFirst(start)
        var meter = SignalToNoise()
        var isKnown = false
        for start in stride(from: sound.startIndex, to: sound.endIndex - 479, by: 480) {
            meter.add(Array(sound[start..<start + 480]).span)
            guard let decibels = meter.decibels else { continue }
            isKnown = true
            #expect(
                abs(decibels - 42) <= 4,
                "\(colour): \(decibels) dB at \(start / 48) ms, seed \(seed)")
        }
        #expect(isKnown, "\(colour): nothing known in the end, seed \(seed)")
    }

    @Test func aRoomThatBecomesLouderIsMeasuredAnew() throws {
        let parts = Parts(.pink, seed: 9, seconds: 30)
        var meter = SignalToNoise()
        for truth in [45.0, 20] {
            let sound = parts.mixed(truth, speechLevel: -23)
            meter.add(sound[...])
            let decibels = meter.decibels
            let found = try #require(decibels)
            #expect(abs(found - truth) <= 2, "\(truth) dB: \(found)")
        }
    }
}

extension SignalToNoise {
    /// Sound in blocks.
    fileprivate mutating func add(_ sound: ArraySlice<Int16>, by block: Int = 480) {
        for start in stride(from: sound.startIndex, to: sound.endIndex - block + 1, by: block) {
            add(sound[start..<start + block].span)
        }
    }
}
