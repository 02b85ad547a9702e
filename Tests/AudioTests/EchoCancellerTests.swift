import Audio
import Testing

@Suite struct EchoCancellerTests {
    @Test func itLeavesAVoiceAlone() {
        let scene = RoomScene(seconds: 6, far: nil, near: 0..<6)
        let (out, _) = scene.cancelled()
        #expect(abs(level(scene.near, 1..<6) - level(out, 1.01..<6)) <= 1.5)
    }

    @Test func withoutWhatWasPlayedTheEchoStays() {
        var scene = RoomScene(seconds: 4, far: 0..<4, near: nil)
        scene.played = [Int16](repeating: 0, count: scene.played.count)
        let (out, estimate) = scene.cancelled()
        #expect(scene.gone(out, 2..<4) < 6)
        #expect(!estimate.isGood)
    }
}

@Suite struct NoiseSuppressorTests {
    private func suppressed(_ samples: [Int16], _ decibels: Int, frame: Int = 480) -> [Int16] {
        var suppressor = NoiseSuppressor(frameSamples: frame, decibels: decibels)
        var out: [Int16] = []
        for start in stride(from: 0, to: samples.count - frame + 1, by: frame) {
            var block = Array(samples[start..<start + frame])
            var span = block.mutableSpan
            suppressor.process(&span)
            out += block
        }
        return out
    }

    @Test(arguments: [480, 240]) func noiseIsLetDownAsFarAsAsked(frame: Int) {
        var noise: [Int16] = []
        for seed in 0..<4 { noise += Words(0, level: -40, noise: -40, seed: UInt64(seed)).samples }
        for asked in [15, 30] {
            let gone = level(noise, 5..<8) - level(suppressed(noise, asked, frame: frame), 5..<8)
            #expect(gone >= Double(asked) * 0.65, "\(gone) of \(asked)")
        }
    }

    @Test func speechStaysAsLoudAsItWas() {
        let words = Words(6, level: -25, noise: -50, seed: 51)
        let out = suppressed(words.samples, 15)
        for word in words.places {
            let span = Double(word.lowerBound) / 48_000..<Double(word.upperBound) / 48_000
            #expect(abs(level(words.samples, span) - level(out, span)) < 2)
        }
    }
}
