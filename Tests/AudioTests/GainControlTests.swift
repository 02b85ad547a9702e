import Audio
import Testing

@Suite struct GainControlTests {
    private var control = GainControl()

    /// The output, where the detector decides what is speech.
    private mutating func controlled(_ samples: [Int16]) -> [Int16] {
        var detector = SpeechDetector()
        var out: [Int16] = []
        for start in stride(from: 0, to: samples.count - 479, by: 480) {
            var block = Array(samples[start..<start + 480])
            detector.add(block.span)
            var span = block.mutableSpan
            control.process(&span, isSpeech: detector.isSpeech)
            out += block
        }
        return out
    }

    @Test(arguments: [-38.0, -32, -23, -12]) mutating func speechComesOutAtOneLoudness(
        input: Double
    ) {
        let words = Words(12, level: input, noise: -75, seed: 31)
        let out = controlled(words.samples)
        let last = words.places[11]
        let span = Double(last.lowerBound) / 48_000..<Double(last.upperBound) / 48_000
        #expect(abs(level(out, span) + 23) <= 3.5, "\(level(out, span))")
        #expect(out.allSatisfy { abs(Int32($0)) <= 23_198 })
    }

    @Test mutating func noiseIsNotLiftedInALongPause() {
        _ = controlled(Words(8, level: -35, noise: -70, seed: 32).samples)
        let before = control.gain
        #expect(before > 8)
        _ = controlled(Words(0, level: -35, noise: -70, seed: 33).samples)
        #expect(control.gain == before)
    }

    @Test mutating func itLiftsBy18DecibelsAtMost() {
        _ = controlled(Words(12, level: -50, noise: -85, seed: 34).samples)
        #expect(control.gain <= 18 && control.gain > 17)
    }

    @Test mutating func itRisesByThreeDecibelsASecondAndFallsByTwelve() {
        func steps(_ amplitude: Int16) -> Float {
            let before = control.gain
            for _ in 0..<50 {
                var block = (0..<480).map { $0 % 96 < 48 ? amplitude : -amplitude }
                var span = block.mutableSpan
                control.process(&span, isSpeech: true)
            }
            return control.gain - before
        }
        for _ in 0..<8 { _ = steps(200) }
        let atTop = control.gain
        #expect(abs(atTop - 12) < 0.2, "\(atTop)")
        #expect(abs(steps(200) - 1.5) < 0.05)
        _ = steps(30_000)
        #expect(abs(steps(30_000) + 6) < 0.1)
    }

    @Test mutating func aShoutNeverPassesThePeak() {
        _ = controlled(Words(8, level: -38, noise: -80, seed: 35).samples)
        #expect(control.gain > 10)
        let out = controlled(Words(1, level: -8, noise: -80, seed: 36).samples)
        #expect(out.allSatisfy { abs(Int32($0)) <= 23_198 })
    }
}
