import Audio
import Foundation
import Testing

@Suite struct LevelMeterTests {
    private var meter = LevelMeter()

    private func sine(_ amplitude: Double) -> Block {
        var frame = Block(repeating: 0)
        for i in 0..<480 {
            frame[i] = Int16(amplitude * sin(Double(i) * 2 * Double.pi * 1_000 / 48_000))
        }
        return frame
    }

    @Test mutating func aFullSineReadsZeroPeakAndMinusThreeRMS() {
        for _ in 0..<300 { meter.add(sine(32_767).span) }
        #expect(abs(meter.reading.peak) < 0.01)
        #expect(abs(meter.rms + 3.01) < 0.02)
        meter.reset()
        #expect(meter.reading.peak == LevelMeter.floor)
    }

    @Test mutating func thePeakFallsTwentyDecibelsIn1700Ms() {
        meter.add(sine(32_767).span)
        for _ in 0..<170 { meter.add(Block(repeating: 0).span) }
        #expect(abs(meter.reading.peak + 20) < 0.1)
    }

    @Test mutating func theRMSIntegratesOver300Ms() {
        for _ in 0..<30 { meter.add(sine(32_767).span) }
        // 63 % of the power: -2.0 dB.
        #expect(abs(meter.rms + 3.01 + 1.99) < 0.05)
    }

    @Test func theSizeOfTheBlocksChangesNothing() {
        let sound = (0..<4_800).map { Int16(9_000 * sin(Double($0) * Double($0) / 90_000)) }
        var (whole, parts) = (LevelMeter(), LevelMeter())
        for start in stride(from: 0, to: 4_800, by: 480) {
            whole.add(sound.span.extracting(start..<start + 480))
        }
        for start in stride(from: 0, to: 4_800, by: 120) {
            parts.add(sound.span.extracting(start..<start + 120))
        }
        #expect(abs(whole.reading.peak - parts.reading.peak) < 0.2)
        #expect(abs(whole.rms - parts.rms) < 0.2)
    }

    @Test func aConstantOffsetIsNoSound() {
        func blocks(_ sound: (Int) -> Double) -> LevelMeter {
            var meter = LevelMeter()
            for block in 0..<300 {
                let samples = (0..<480).map { Int16(1_500 + sound(block * 480 + $0)) }
                meter.add(samples.span)
            }
            return meter
        }
        let dead = blocks { Double($0 % 2) }
        #expect(dead.rms < -85 && dead.reading.peak < -80)
        let tone = blocks { 10_000 * sin(Double($0) * 2 * .pi * 70 / 48_000) }
        #expect(abs(tone.rms + 13.32) < 0.1 && abs(tone.reading.peak + 10.31) < 0.3)
        // Speech goes on while the card opens: the offset is found within a second.
        let later = blocks { $0 < 24_000 ? 10_000 * sin(Double($0) * 2 * .pi * 70 / 48_000) : 0 }
        #expect(later.rms < -40)
    }

    @Test mutating func aReadingSurvivesBeingPacked() {
        meter.add(sine(20_000).span)
        #expect(LevelMeter.Reading(packed: meter.reading.packed) == meter.reading)
        #expect(LevelMeter.Reading(packed: 0).rms == LevelMeter.floor)
    }

    @Test mutating func threeSamplesInARowAtFullScaleAreOneClip() {
        var sound = [Int16](repeating: 0, count: 480)
        for place in [10, 11, 100, 101, 102, 103, 200, 201, 202, 478, 479] { sound[place] = 32_767 }
        for place in [300, 301, 302] { sound[place] = -32_768 }
        meter.add(sound.span)
        #expect(meter.clips == 3, "pairs are chance")
        // A run cut by the block's end continues in the next block.
        meter.add([Int16](repeating: 32_767, count: 120).span)
        #expect(meter.clips == 4)
        meter.reset()
        #expect(meter.clips == 4 && meter.reading.peak == LevelMeter.floor)
    }

    @Test mutating func loudSoundThatIsNotCutOffIsNoClip() {
        for _ in 0..<100 { meter.add(sine(32_700).span) }
        #expect(meter.clips == 0)
    }
}

@Suite struct SoundLevelTests {
    @Test func theWordsAreInOrderAndBeginAtTheirThresholds() {
        var before = -200.0
        for word in SoundLevel.allCases {
            #expect(word.threshold > before)
            #expect(SoundLevel(rms: word.threshold) == word)
            before = word.threshold
        }
        #expect(SoundLevel(rms: -60.1) == .silent && SoundLevel(rms: -200) == .silent)
        #expect(SoundLevel(rms: -23) == .normal && SoundLevel(rms: 0) == .shouting)
    }
}
