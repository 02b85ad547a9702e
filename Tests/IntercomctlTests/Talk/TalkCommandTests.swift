import HAL
import Report
import Testing

@testable import Intercomctl

@Suite struct TalkCommandTests {
    private var words = FirstWords([HeardBy("garage", percent: nil, reason: nil)], at: Clock.now())

    /// Takes what the daemon knows of garage.
    private mutating func hear(_ word: String?) {
        var garage = PeerStatus()
        (garage.name, garage.state, garage.hearsNow) = ("garage", .up, word)
        words.hear(PeerList([garage], callers: []))
    }

    @Test mutating func aListenerThatNeverReportsDoesNotHear() {
        hear(nil)
        words.giveUp()
        #expect(words.sentence() == "no report yet from garage" && !words.isUnheard)
        hear("no_answer")
        #expect(words.sentence() == "nobody hears you: garage (no report came back)")
        #expect(words.isUnheard && words.isSilent)
        hear("heard")
        #expect(words.sentence("heard by ") == "heard by garage" && !words.isSilent)
    }

    @Test mutating func oneThatReportsNoMoreIsToldSo() {
        hear("heard")
        hear("no_answer")
        #expect(words.sentence() == "nothing comes back any more from garage")
        #expect(words.isSilent && !words.isUnheard)
        hear("no_network")
        #expect(words.sentence() == "nobody hears you: garage (this station has no network)")
        #expect(words.isUnheard)
    }

    @Test mutating func aPeerThatRefusesThisStationIsToldSo() {
        words = FirstWords([HeardBy("garage", percent: nil, reason: .down)], at: Clock.now())
        #expect(words.isOpen && words.isUnheard)
        var garage = PeerStatus()
        garage.name = "garage"
        garage.down.reason = "no_answer"
        garage.fault = Fault("no_answer", "no answer from 192.0.2.7:5577")
        words.hear(PeerList([garage], callers: []))
        #expect(words.sentence() == "nobody hears you: garage (it is down)")
        let text = "does not accept this station any more"
        (garage.down.reason, garage.fault) = ("not_accepted", Fault("not_accepted", text))
        words.hear(PeerList([garage], callers: []))
        #expect(words.sentence() == "nobody hears you: garage (\(text))")
        #expect(words.isUnheard && !words.isOpen)
        hear("heard")
        hear("speaker_muted")
        #expect(words.sentence() == "nobody hears you: garage (the speaker is muted)")
    }

    @Test mutating func ofSeveralTheSilentOneIsNamed() {
        words = FirstWords(
            ["garage", "office"].map { HeardBy($0, percent: nil, reason: nil) }, at: Clock.now())
        var list = PeerList(
            ["garage", "office"].map { name in
                var peer = PeerStatus()
                (peer.name, peer.state, peer.hearsNow) = (name, .up, "heard")
                return peer
            }, callers: [])
        list.peers[0].hearsNow = "no_answer"
        words.hear(list)
        let told = "heard by office; not heard by garage (no report came back)"
        #expect(words.sentence("heard by ") == told)
        #expect(!words.isUnheard)
    }
}
