import Audio
import Testing

private func frame(_ value: (Int) -> Int) -> Frame {
    var frame = Frame(repeating: 0)
    for i in 0..<480 { frame[i] = Int16(clamping: value(i)) }
    return frame
}

@Suite struct MixerTests {
    @Test func oneTalkerComesOutBitForBit() {
        var mixer = Mixer()
        let talker = frame { $0 * 137 % 65_536 - 32_768 }
        var out = frame { _ in 1 }
        for _ in 0..<3 {
            mixer.add(talker)
            mixer.render(into: &out)
            #expect((0..<480).allSatisfy { out[$0] == talker[$0] })
        }
    }

    /// Blocks of any length: the mix is the same, and the limiter as quick.
    @Test(arguments: [120, 240])
    func shortBlocksAreMixedAsLongOnes(length: Int) {
        let talker = frame { $0 * 137 % 65_536 - 32_768 }
        var long = Mixer()
        var short = Mixer()
        var whole = frame { _ in 0 }
        for _ in 0..<2 { long.add(talker, gain: Gain(decibels: -7)) }
        long.render(into: &whole)
        var pieces: [Int16] = []
        for start in stride(from: 0, to: 480, by: length) {
            var room = [Int16](repeating: 0, count: length)
            for _ in 0..<2 {
                short.add(
                    talker.span.extracting(start..<start + length), gain: Gain(decibels: -7))
            }
            var block = room.mutableSpan
            short.render(into: &block)
            pieces += room
        }
        #expect((0..<480).allSatisfy { pieces[$0] == whole[$0] })
        // Too loud by half: turned down within the block, and back in a fifth of a second.
        var blocks = 0
        var last: Int16 = 0
        let loud = frame { _ in 30_000 }
        var room = [Int16](repeating: 0, count: length)
        for _ in 0..<2 { short.add(loud.span.extracting(first: length)) }
        var block = room.mutableSpan
        short.render(into: &block)
        repeat {
            short.add(loud.span.extracting(first: length))
            var block = room.mutableSpan
            short.render(into: &block)
            last = room[length - 1]
            blocks += 1
        } while last < 29_999 && blocks < 1_000
        #expect((80...110).contains(blocks * length / 48))
    }

    @Test func nobodyIsSilence() {
        var mixer = Mixer()
        var out = frame { _ in 99 }
        mixer.render(into: &out)
        #expect((0..<480).allSatisfy { out[$0] == 0 })
    }

    @Test func gainsAreDecibels() {
        var mixer = Mixer()
        var out = frame { _ in 0 }
        mixer.add(frame { _ in 10_000 }, gain: Gain(decibels: -6.0206))
        mixer.add(frame { _ in 10_000 }, gain: .muted)
        mixer.render(into: &out)
        #expect(abs(Int(out[7]) - 5_000) <= 2)
        #expect(Gain(decibels: 0) == .unity)
        #expect(Gain(decibels: -80) == .muted)
        #expect(Gain(decibels: 99) == Gain(decibels: 24))
    }

    @Test func tooLoudIsTurnedDownAndRecovers() {
        var mixer = Mixer()
        var out = frame { _ in 0 }
        let loud = frame { $0 % 48 < 24 ? 30_000 : -30_000 }
        for _ in 0..<5 {
            for _ in 0..<8 { mixer.add(loud) }
            mixer.render(into: &out)
        }
        // Turned down as a whole, not clipped in its wave form.
        #expect((0..<480).allSatisfy { abs(Int(out[$0])) >= 32_000 })
        let soft = frame { _ in 1_000 }
        mixer.add(soft)
        mixer.render(into: &out)
        #expect(out[0] < 300)
        for _ in 0..<20 {
            mixer.add(soft)
            mixer.render(into: &out)
        }
        #expect((0..<480).allSatisfy { out[$0] == 1_000 })
    }
}
