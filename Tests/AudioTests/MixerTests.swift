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
