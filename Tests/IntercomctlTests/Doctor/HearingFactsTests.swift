import Control
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct HearingFactsTests {
    private func lines(_ checks: [Check]) -> [String] {
        checks.map { "\($0.verdict.word) \($0.name): \($0.text)" }
    }

    @Test func whereAllIsHeardThereIsNothingToSay() {
        #expect(HearingFacts().audioChecks.isEmpty && HearingFacts().peerChecks.isEmpty)
    }

    @Test func whatHoldsNowIsOfTheSpeakerAndWhatWasIsOfThePeer() {
        var facts = HearingFacts()
        facts.unheard = [
            Hindrance(.here, .speakerMuted, "nobody is heard here", "unmute"),
            Hindrance(
                .there, .volume, "garage has heard nothing", "there", peer: "garage",
                ageSeconds: 3),
        ]
        #expect(lines(facts.audioChecks) == ["WARN audio output: nobody is heard here"])
        #expect(lines(facts.peerChecks) == ["WARN peer garage: garage has heard nothing"])
        #expect(facts.audioChecks[0].fix == "unmute")
    }

    @Test func withoutADaemonTheMixerIsLookedAt() {
        var facts = HearingFacts()
        facts.output = "card:x"
        facts.silent = CardControl(
            name: "Speaker", direction: .playback, percent: 0, isMuted: false)
        #expect(
            lines(facts.audioChecks)
                == ["WARN audio output: control Speaker of card:x is at 0 %"])
    }
}
