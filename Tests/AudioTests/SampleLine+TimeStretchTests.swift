import Foundation
import Seeds
import Testing

@testable import Audio

@Suite struct TimeStretchTests {
    private func line(_ samples: [Int16]) -> SampleLine {
        var line = SampleLine(capacity: 5_760)
        var rest = samples[...]
        while !rest.isEmpty {
            line.append { free in
                let piece = rest.prefix(free.count)
                for (i, sample) in piece.enumerated() { free[i] = sample }
                rest = rest.dropFirst(piece.count)
                return piece.count
            }
        }
        return line
    }

    private func contents(_ line: borrowing SampleLine) -> [Int16] {
        (0..<line.count).map { unsafe line.front[$0] }
    }

    /// 150 Hz with harmonics: a period of 320 samples.
    private func voiced(_ count: Int, from first: Int = 0) -> [Int16] {
        (first..<(first + count)).map { i in
            let w = 2 * Double.pi * Double(i) / 320
            return Int16(6_000 * sin(w) + 3_000 * sin(2 * w + 1) + 2_000 * sin(5 * w + 2))
        }
    }

    @Test func aPeriodicSoundLosesAWholePeriodUnheard() throws {
        let samples = voiced(1_440)
        var line = line(samples)
        let found = line.bestRemoval(lags: 120...720, overlap: 480)
        let splice = try #require(found)
        #expect(splice.lag % 320 == 0 && splice.likeness > 0.999)
        line.shorten(splice, overlap: 480)
        let got = contents(line)
        #expect(got.count == 1_440 - splice.lag)
        // Shorter by a period, but the same wave.
        for i in got.indices { #expect(abs(Int(got[i]) - Int(samples[i])) <= 2) }
    }

    @Test func aPeriodicSoundGainsAWholePeriodUnheard() throws {
        let samples = voiced(1_920)
        var line = line(samples)
        var frame = Block(repeating: 0)
        var span = frame.mutableSpan
        for _ in 0..<3 { line.pop(into: &span) }
        let found = line.bestInsertion(lags: 120...720, overlap: 240)
        let splice = try #require(found)
        #expect(splice.lag % 320 == 0 && splice.likeness > 0.999)
        line.lengthen(splice, overlap: 240)
        let got = contents(line)
        #expect(got.count == 480 + splice.lag)
        let expected = voiced(got.count, from: 1_440)
        for i in got.indices { #expect(abs(Int(got[i]) - Int(expected[i])) <= 2) }
    }

    @Test func noiseKeepsItsPowerAcrossACut() throws {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var (before, inside) = (0.0, 0.0)
        for _ in 0..<200 {
            let noise = (0..<1_440).map { _ in Int16(random.unit() * 8_000 - 4_000) }
            var line = line(noise)
            before += Double(line.energy(at: 0, count: 240))
            let found = line.pauseRemoval(700, overlap: 240)
            let splice = try #require(found)
            line.shorten(splice, overlap: 240)
            inside += Double(line.energy(at: 0, count: 240))
        }
        #expect(abs(10 * log10(inside / before)) < 0.3, "seed \(seed)")
    }

    @Test func tooLittleSoundIsLeftAlone() {
        let line = line(voiced(480))
        #expect(line.bestRemoval(lags: 120...720, overlap: 480) == nil)
    }

    @Test func nothingIsPutInThatThereIsNoRoomFor() throws {
        var line = line(voiced(5_700))
        let none = line.pauseInsertion(960, overlap: 120)
        let noneOfWords = line.bestInsertion(lags: 120...720, overlap: 240)
        #expect(none == nil && noneOfWords == nil)
        var frame = Block(repeating: 0)
        var span = frame.mutableSpan
        line.pop(into: &span)
        let found = line.pauseInsertion(960, overlap: 120)
        let pause = try #require(found)
        line.lengthen(pause, overlap: 120)
        let room = line.room
        #expect(pause.lag == 540 && room == 0)
    }
}
