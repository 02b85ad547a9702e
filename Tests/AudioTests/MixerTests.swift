import Audio
import Seeds
import Testing

extension Mixer {
    /// Adds one talker's block.
    fileprivate mutating func add(_ block: borrowing Block, gain: Gain = .unity) {
        add(block.span, from: gain, to: gain)
    }

    /// The mix, so many samples of it; the next one begins.
    fileprivate mutating func rendered(_ count: Int = 480) -> [Int16] {
        var samples = [Int16](repeating: 0, count: count)
        var span = samples.mutableSpan
        render(into: &span)
        return samples
    }
}

private func frame(_ value: (Int) -> Int) -> Block {
    var frame = Block(repeating: 0)
    for i in 0..<480 { frame[i] = Int16(clamping: value(i)) }
    return frame
}

@Suite final class MixerTests {
    private var mixer = Mixer()

    @Test func oneTalkerComesOutBitForBit() {
        let talker = frame { $0 * 137 % 65_536 - 32_768 }
        for _ in 0..<3 {
            mixer.add(talker)
            let out = mixer.rendered()
            #expect((0..<480).allSatisfy { out[$0] == talker[$0] })
        }
        #expect(mixer.rendered().allSatisfy { $0 == 0 }, "nobody talks")
    }

    /// With blocks of any length the mix is the same, and the limiter as quick.
    @Test(arguments: [120, 240])
    func shortBlocksAreMixedAsLongOnes(length: Int) {
        let talker = frame { $0 * 137 % 65_536 - 32_768 }
        var long = Mixer()
        var short = Mixer()
        for _ in 0..<2 { long.add(talker, gain: Gain(decibels: -7)) }
        var pieces: [Int16] = []
        for start in stride(from: 0, to: 480, by: length) {
            for _ in 0..<2 {
                let gain = Gain(decibels: -7)
                short.add(talker.span.extracting(start..<start + length), from: gain, to: gain)
            }
            pieces += short.rendered(length)
        }
        #expect(pieces == long.rendered())
        // Too loud by half: lowered within the block, and back after a fifth of a second.
        var blocks = 0
        var last: Int16 = 0
        let loud = frame { _ in 30_000 }
        for _ in 0..<2 { short.add(loud.span.extracting(first: length)) }
        _ = short.rendered(length)
        repeat {
            short.add(loud.span.extracting(first: length))
            last = short.rendered(length)[length - 1]
            blocks += 1
        } while last < 29_999 && blocks < 1_000
        #expect((80...110).contains(blocks * length / 48))
    }

    @Test func gainsAreDecibels() {
        mixer.add(frame { _ in 10_000 }, gain: Gain(decibels: -6.0206))
        mixer.add(frame { _ in 10_000 }, gain: .muted)
        let out = mixer.rendered()
        #expect(abs(Int(out[7]) - 5_000) <= 2)
        #expect(Gain(decibels: 0) == .unity)
        #expect(Gain(decibels: -80) == .muted)
        #expect(Gain(decibels: 99) == Gain(decibels: 24))
    }

    @Test func tooLoudIsTurnedDownAndRecovers() {
        var out: [Int16] = []
        let loud = frame { $0 % 48 < 24 ? 30_000 : -30_000 }
        for _ in 0..<5 {
            for _ in 0..<8 { mixer.add(loud) }
            out = mixer.rendered()
        }
        // Lowered as a whole, its wave form not clipped.
        #expect(out.allSatisfy { abs(Int($0)) >= 32_000 })
        let soft = frame { _ in 1_000 }
        mixer.add(soft)
        #expect(mixer.rendered()[0] < 300)
        for _ in 0..<20 {
            mixer.add(soft)
            out = mixer.rendered()
        }
        #expect(out.allSatisfy { $0 == 1_000 })
    }

    /// The greatest step between neighbouring samples of a slow wave whose gain changes.
    private func greatestStep(from first: Gain, to last: Gain) -> Int {
        var mixer = Mixer()
        var (before, greatest) = (0, 0)
        for block in 0..<4 {
            // Constant sound: every step is the gain's.
            mixer.add(
                frame { _ in 10_000 }.span, from: block < 2 ? first : last,
                to: block < 1 ? first : last)
            let out = mixer.rendered()
            for i in 0..<480 {
                if block > 0 || i > 0 { greatest = max(greatest, abs(Int(out[i]) - before)) }
                before = Int(out[i])
            }
        }
        return greatest
    }

    @Test func aGainThatMovesIsNotHeardInSteps() {
        #expect(greatestStep(from: .unity, to: .muted) <= 22)
        #expect(greatestStep(from: .muted, to: Gain(decibels: 6)) <= 43)
        // A jumping gain would make one.
        mixer.add(frame { _ in 10_000 })
        let one = mixer.rendered()
        mixer.add(frame { _ in 10_000 }, gain: .muted)
        let other = mixer.rendered()
        #expect(abs(Int(one[479]) - Int(other[0])) > 9_000)
    }

    @Test(arguments: [120, 240, 480])
    func whatComesWithinABlockIsTurnedDownBefore(count: Int) {
        let quiet = 24
        // A wave of 1 kHz that is far too loud after half a millisecond.
        let wave = (0..<count).map { i in
            i < quiet ? 0 : Int16(30_000 * sine(Double(i - quiet) * 1_000 / 48_000))
        }
        for _ in 0..<3 { mixer.add(wave.span) }
        let out = mixer.rendered(count)
        // Nothing stays at full scale, as clipped sound does.
        #expect(out.count { abs(Int($0)) >= 32_767 } <= count / 20 + 2)
        #expect(out.contains { abs(Int($0)) > 31_000 })
        let clipped = wave.count { abs(3 * Int($0)) >= 32_767 }
        #expect(clipped > count / 2)
    }

    @Test func eightTalkersAtOnceAreOneSum() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        let talkers = (0..<8).map { _ in
            frame { _ in Int.random(in: -4_000...4_000, using: &random) }
        }
        for talker in talkers { mixer.add(talker) }
        let out = mixer.rendered()
        for i in 0..<480 {
            let sum = talkers.reduce(0) { $0 + Int($1[i]) }
            #expect(Int(out[i]) == sum, "seed \(seed)")
        }
    }

    @Test func whateverIsAddedNothingWraps() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let loud = Int.random(in: 0...32_767, using: &random)
            let talkers = Int.random(in: 0...8, using: &random)
            let sign = frame { $0 / 48 % 2 == 0 ? loud : -loud }
            let gain = Gain(decibels: Double.random(in: -40...24, using: &random))
            for _ in 0..<talkers { mixer.add(sign, gain: gain) }
            let out = mixer.rendered()
            for i in 0..<480 where talkers > 0 && loud > 200 {
                // Positive samples stay positive.
                let isRight = sign[i] > 0 ? out[i] >= 0 : out[i] <= 0
                #expect(isRight, "seed \(seed)")
            }
        }
    }
}

/// The sine of a number of turns, computed independently.
private func sine(_ turns: Double) -> Double {
    let part = turns - turns.rounded(.down)
    let x = (part < 0.5 ? part : part - 1) * 2
    let parabola = 4 * x * (1 - abs(x))
    return 0.775 * parabola + 0.225 * parabola * abs(parabola)
}

@Suite struct GainTests {
    @Test func faderMovesInAStraightLineAndArrives() {
        var fader = Fader()
        var before = Gain.unity
        for _ in 0..<4 {
            let (from, to) = fader.move(to: .muted, samples: 120, duration: 480)
            #expect(from == before && to != from)
            before = to
        }
        #expect(fader.gain == .muted)
        let (from, to) = fader.move(to: .muted, samples: 120, duration: 480)
        #expect(from == .muted && to == .muted)
    }

    @Test func aGreatGainTakesNoLonger() {
        var fader = Fader(Gain(decibels: 20))
        var blocks = 0
        while fader.gain != .muted, blocks < 100 {
            _ = fader.move(to: .muted, samples: 240, duration: 960)
            blocks += 1
        }
        #expect((4...5).contains(blocks))
    }
}
