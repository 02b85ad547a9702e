import Config
import HAL
import Media
import Report
import Testing
import Wire

@testable import Intercomd

/// What journal and caller are told of a relay here.
@Suite struct RelayWordsTests {
    @Test func aPeerIsToldWhetherItsRequestWasDone() {
        #expect(RequestResult.Status(nil) == .unknown)
        #expect(RequestResult.Status(.done) == .done)
        #expect(RequestResult.Status(.resting(.seconds(5), isNews: true)) == .denied)
        #expect(RequestResult.Status(.failed(nil)) == .denied)
    }

    @Test func oneThatRestsIsToldToEachCallerAndTheJournalOnce() throws {
        let relay = try config("[station]\nname = kitchen\n[relay door]\nline = GPIO24\n").relays[0]
        let refused = Reply.refused(
            ControlError(
                .failed,
                "relay door was on for 30 s, the most allowed, and rests: try again in 5 s"))
        for isNews in [true, false] {
            let resting = Lines.Switched.resting(.milliseconds(4001), isNews: isNews)
            #expect(
                resting.detail(relay, by: "peer garage")
                    == (isNews ? "refused to peer garage: the relay rests" : nil))
            #expect(resting.reply(relay) == refused)
        }
    }
}
