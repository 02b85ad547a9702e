import Report
import Testing

@testable import Intercomctl

@Suite struct SilenceOfRingTests {
    private var status = Status()

    init() {
        status.call.state = .ringing
        status.audio.output.state = .open
    }

    @Test mutating func whyACallDoesNotSoundHereIsSaid() {
        #expect(silenceOfRing(status) == nil)
        status.state.volumes.ring = 10
        #expect(silenceOfRing(status) == "rings are at 10% (intercomctl volume ring 100)")
        // Each by itself would be heard.
        (status.state.volumes.ring, status.state.volumes.speaker) = (40, 40)
        #expect(silenceOfRing(status) == "rings are at 40% (intercomctl volume ring 100)")
        status.state.volumes.speaker = 0
        #expect(silenceOfRing(status)?.hasPrefix("the volume is too low (") == true)
        status.unheard = [Hindrance(.here, .cardMuted, "", "")]
        #expect(silenceOfRing(status)?.hasPrefix("the sound card is muted or at 0") == true)
        status.state.isSpeakerMuted = true
        #expect(silenceOfRing(status) == "the speaker is muted (intercomctl unmute speaker)")
        status.audio.output.fault = Fault("busy", "in use by another program", fix: "end it")
        #expect(
            silenceOfRing(status) == "the speaker's card: in use by another program (end it)")
        (status.audio.output.fault, status.audio.output.state) = (nil, .none)
        #expect(silenceOfRing(status)?.hasPrefix("this station has no speaker") == true)
        // Negative control: it rings there.
        status.call.state = .calling
        #expect(silenceOfRing(status) == nil)
    }

    @Test mutating func whatIsMutedThereSaysNothingOfHere() {
        status.unheard = [Hindrance(.there, .cardMuted, "", "")]
        #expect(silenceOfRing(status) == nil)
    }
}
