import Report
import Testing

@testable import Intercomctl

@Suite struct PairScreenTests {
    @Test func whatIsMutedHereIsToldOfANewPeer() {
        let talk = "to be heard there: the talk button here, or intercomctl talk barn; "
        #expect(waysToTalk(to: "barn", nil) == talk + "to hear it: the talk button there")
        var state = SavedState()
        state.muted = ["garage"]
        #expect(waysToTalk(to: "barn", state) == talk + "to hear it: the talk button there")
        state.muted = ["garage", "barn"]
        #expect(
            waysToTalk(to: "barn", state) == talk
                + "it is muted here; to hear it: intercomctl unmute barn")
        state.isSpeakerMuted = true
        #expect(
            waysToTalk(to: "barn", state) == talk
                + "the speaker here is muted; to hear it: intercomctl unmute speaker")
    }
}
