import Audio
import Foundation
import Testing

@Suite struct LevelMeterTests {
    private func sine(_ amplitude: Double) -> Frame {
        var frame = Frame(repeating: 0)
        for i in 0..<480 {
            frame[i] = Int16(amplitude * sin(Double(i) * 2 * Double.pi * 1_000 / 48_000))
        }
        return frame
    }

    @Test func silenceReadsTheFloor() {
        var meter = LevelMeter()
        meter.add(Frame(repeating: 0))
        #expect(meter.peak == LevelMeter.floor && meter.rms == LevelMeter.floor)
    }

    @Test func aFullSineReadsZeroPeakAndMinusThreeRMS() {
        var meter = LevelMeter()
        for _ in 0..<300 { meter.add(sine(32_767)) }
        #expect(abs(meter.peak) < 0.01)
        #expect(abs(meter.rms + 3.01) < 0.02)
        meter.reset()
        #expect(meter.peak == LevelMeter.floor)
    }

    @Test func thePeakFallsTwentyDecibelsIn1700Ms() {
        var meter = LevelMeter()
        meter.add(sine(32_767))
        for _ in 0..<170 { meter.add(Frame(repeating: 0)) }
        #expect(abs(meter.peak + 20) < 0.1)
    }

    @Test func theRMSIntegratesOver300Ms() {
        var meter = LevelMeter()
        for _ in 0..<30 { meter.add(sine(32_767)) }
        // 63 % of the power: -2.0 dB.
        #expect(abs(meter.rms + 3.01 + 1.99) < 0.05)
    }
}
