import Seeds
import Testing

@testable import Audio

@Suite struct DuplexSwitchTests {
    private struct Room {
        var random = SplitMix64(seed: 11)
        let level: Double

        mutating func block(speaks: Bool) -> [Int16] {
            let scale = Decibels.ratio(speaks ? -20 : level) * 32_767 * 1.732
            return (0..<480).map { _ in
                Int16(max(-32_767, min(32_767, scale * (2 * random.unit() - 1))))
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
