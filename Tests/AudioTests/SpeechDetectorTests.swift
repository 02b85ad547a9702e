import Audio
import Foundation
import Testing

@Suite struct SpeechDetectorTests {
    private var detector = SpeechDetector()

    @Test mutating func itKnowsTheNoise() {
        let noise = Words(0, level: -40, noise: -50, seed: 8).samples
        for _ in 0..<4 { detector.add(noise.span) }
        #expect(abs(detector.noise + 50) < 1.5, "\(detector.noise)")
        #expect(!detector.isSpeech)
    }

    @Test mutating func aHumIsNoSpeech() {
        var samples = Words(0, level: -40, noise: -65, seed: 8).samples
        detector.add(samples.span)
        for i in samples.indices {
            samples[i] += Int16(150 * sin(2 * Double.pi * 50 * Double(i) / 48_000))
        }
        var judged = 0
        for start in stride(from: 0, to: samples.count, by: 480) {
            detector.add(samples.span.extracting(start..<start + 480))
            if detector.isSpeech { judged += 1 }
        }
        #expect(judged == 0)
    }

    @Test mutating func itGetsUsedToAFanWithinFiveSeconds() {
        detector.add(Words(0, level: -40, noise: -65, seed: 8).samples.span)
        let fan = Words(0, level: -40, noise: -45, seed: 9).samples
        detector.add(fan.span)
        #expect(detector.isSpeech)
        for _ in 0..<2 { detector.add(fan.span) }
        #expect(!detector.isSpeech)
    }

    @Test mutating func aClickIsNoSpeech() {
        var samples = Words(0, level: -40, noise: -65, seed: 8).samples
        detector.add(samples.span)
        samples[100] = 20_000
        for start in stride(from: 0, to: 4_800, by: 480) {
            detector.add(samples.span.extracting(start..<start + 480))
            #expect(!detector.isSpeech)
        }
    }
}
