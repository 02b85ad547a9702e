import Station
import Testing
import Wire

@Suite struct AudibilityTests {
    private func why(_ gains: (Float, Unheard)...) -> Unheard {
        var path = Audibility()
        for (factor, why) in gains { path.pass(factor, why) }
        return path.why
    }

    @Test func whereNothingTurnsItDownItIsHeard() {
        #expect(Audibility().why == .heard)
        #expect(why((1, .cardMuted), (1, .speakerMuted), (1, .heldDown)) == .heard)
        #expect(why((0.5, .volume), (0.25, .turnedDown), (0.1, .outranked)) == .heard)
    }

    @Test func atFortyDecibelsDownItIsNotHeardAndJustAboveItIs() {
        #expect(why((0.01, .volume)) == .volume)
        #expect(why((0.0112, .volume)) == .heard)
        #expect(Audibility.isInaudible(0.01) && !Audibility.isInaudible(0.0112))
    }

    @Test func whatTurnsItDownMostIsTheReason() {
        #expect(why((0.5, .volume), (0, .turnedDown)) == .turnedDown)
        #expect(why((0.2, .volume), (0.04, .outranked)) == .outranked)
    }

    @Test func littleByLittleItIsNotHeardEither() {
        #expect(why((0.1, .volume), (0.1, .turnedDown)) == .volume)
    }

    @Test func ofEqualsTheFirstIsTheReason() {
        #expect(why((0, .cardMuted), (0, .speakerMuted), (0, .heldDown)) == .cardMuted)
        #expect(why((1, .cardMuted), (0, .speakerMuted), (0, .heldDown)) == .speakerMuted)
    }

    @Test func aLoudTalkerIsHeardThroughALowVolumeAndThroughNoMute() {
        #expect(why((0.01, .volume), (4, .turnedDown)) == .heard)
        #expect(why((0, .cardMuted), (16, .turnedDown)) == .cardMuted)
    }
}
