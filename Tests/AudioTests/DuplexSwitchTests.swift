import Testing

@testable import Audio

@Suite struct DuplexSwitchTests {
    /// Noise at this level in dBFS; a speaking side adds a word of -20 dBFS in every other half
    /// second.
    private struct Room {
        var noise = Noise(seed: 11)
        let level: Double
        mutating func block(speaks: Bool) -> [Int16] {
            let decibels = speaks ? -20 : level
            return noise.samples(480, decibels: decibels)
        }
    }

    private struct Noise {
        var state: UInt64
        init(seed: UInt64) { state = seed }
        mutating func samples(_ count: Int, decibels: Double) -> [Int16] {
            let scale = Decibels.ratio(decibels) * 32_767 * 1.732
            return (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let value = scale * (Double(state >> 40) / 8_388_608 - 1)
                return Int16(max(-32_767, min(32_767, value)))
            }
        }
    }

    /// Runs blocks of 10 ms; returns the level at which the microphone passed in the last ones.
    private func run(
        _ duplex: inout DuplexSwitch, _ here: inout Room, _ far: inout Room, blocks: Int,
        hereSpeaks: Bool = false, farSpeaks: Bool = false
    ) -> Double {
        var share = 0.0
        for _ in 0..<blocks {
            duplex.played(far.block(speaks: farSpeaks).span)
            let captured = here.block(speaks: hereSpeaks)
            var through = captured
            var span = through.mutableSpan
            duplex.captured(&span)
            let power = { (sound: [Int16]) in sound.reduce(0.0) { $0 + Double($1) * Double($1) } }
            share = power(through) / max(1, power(captured))
        }
        return share
    }

    /// While one side has the word, the other's microphone delivers nothing but zeros.
    @Test(arguments: [-65.0, -56, -53])
    func noiseAfterSilenceTakesTheWordFromNobody(_ level: Double) {
        var duplex = DuplexSwitch()
        var (here, far) = (Room(level: level), Room(level: -120))
        _ = run(&duplex, &here, &far, blocks: 60)
        for _ in 0..<10 {
            _ = run(&duplex, &here, &far, blocks: 20)
            _ = run(&duplex, &here, &far, blocks: 40, hereSpeaks: true)
            #expect(duplex.side == .here)
        }
        far = Room(level: level)
        #expect(run(&duplex, &here, &far, blocks: 120) == 1)
        #expect(duplex.side == .nobody)
        #expect(run(&duplex, &here, &far, blocks: 20, hereSpeaks: true) == 1)
        #expect(duplex.side == .here)
        _ = run(&duplex, &here, &far, blocks: 120)
        _ = run(&duplex, &here, &far, blocks: 20, farSpeaks: true)
        #expect(duplex.side == .far)
    }

    @Test func whoSpeaksFirstHasTheWordUntilAPause() {
        var duplex = DuplexSwitch()
        var (here, far) = (Room(level: -60), Room(level: -60))
        #expect(run(&duplex, &here, &far, blocks: 100) == 1)
        #expect(duplex.side == .nobody)
        #expect(run(&duplex, &here, &far, blocks: 20, farSpeaks: true) == 0)
        #expect(duplex.side == .far)
        // Both speak, or the room echoes: the far side goes on.
        #expect(run(&duplex, &here, &far, blocks: 100, hereSpeaks: true, farSpeaks: true) == 0)
        #expect(run(&duplex, &here, &far, blocks: 60) == 1)
        #expect(duplex.side == .nobody)
        #expect(run(&duplex, &here, &far, blocks: 20, hereSpeaks: true) == 1)
        #expect(duplex.side == .here)
        #expect(run(&duplex, &here, &far, blocks: 100, hereSpeaks: true, farSpeaks: true) == 1)
        #expect(duplex.side == .here)
        _ = run(&duplex, &here, &far, blocks: 40, farSpeaks: true)
        #expect(duplex.side == .far)
    }

    @Test func steadyNoiseOfTheOtherSideTakesNobodysWord() {
        var duplex = DuplexSwitch()
        var (here, far) = (Room(level: -60), Room(level: -35))
        _ = run(&duplex, &here, &far, blocks: 500)
        #expect(duplex.side == .nobody)
        #expect(run(&duplex, &here, &far, blocks: 30, hereSpeaks: true) == 1)
        #expect(duplex.side == .here)
    }
}
