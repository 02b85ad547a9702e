import Audio
import Testing

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

    @Test func gainsMultiply() {
        #expect(Gain(decibels: 6) * .unity == Gain(decibels: 6))
        #expect(Gain(decibels: 6) * .muted == .muted)
    }
}
