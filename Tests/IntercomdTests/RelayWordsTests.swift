import Config
import HAL
import Media
import Report
import Testing
import Wire

@testable import Intercomd

/// What journal and caller are told of a relay here.
@Suite struct RelayWordsTests {
    private func relay(_ pulse: String) throws -> Config.Relay {
        try config(
            """
            [station]
            name = kitchen
            [relay door]
            line = GPIO24
            pulse = \(pulse)

            """
        ).relays[0]
    }

    @Test(arguments: [("2s", "2 s"), ("500ms", "0.5 s"), ("1500ms", "1.5 s")])
    func oneThatIsOnSaysForHowLong(pulse: String, text: String) throws {
        let relay = try relay(pulse)
        #expect(Lines.Switched.done.detail(relay, by: "key a") == "on for \(text), by key a")
        #expect(Lines.Switched.done.reply(relay) == .done(.init("relay door is on for \(text)")))
    }

    @Test func aPeerIsToldWhetherItsRequestWasDone() {
        #expect(RequestResult.Status(nil) == .unknown)
        #expect(RequestResult.Status(.done) == .done)
        #expect(RequestResult.Status(.resting(.seconds(5), isNews: true)) == .denied)
        #expect(RequestResult.Status(.failed(nil)) == .denied)
    }

    @Test func oneThatRestsIsToldToEachCallerAndTheJournalOnce() throws {
        let relay = try relay("2s")
        let refused = Reply.refused(
            ControlError(
                .failed,
                "relay door was on for 30 s, the most allowed, and rests: "
                    + "try again in 5 s"))
        for isNews in [true, false] {
            let resting = Lines.Switched.resting(.milliseconds(4001), isNews: isNews)
            #expect(
                resting.detail(relay, by: "peer garage")
                    == (isNews ? "refused to peer garage: the relay rests" : nil))
            #expect(resting.reply(relay) == refused)
        }
    }

    @Test func oneWhoseRestBeginsSaysForHowLong() {
        #expect(
            Lines.Switched.detail(rest: .seconds(60), askedBy: "peer garage")
                == "was on for 30 s, the most allowed, asked for last by peer garage, "
                + "and rests for 60 s")
    }

    @Test func oneThatFailedSaysWhy() throws {
        let relay = try relay("2s")
        let failed = Lines.Switched.failed(nil)
        #expect(
            failed.detail(relay, by: "intercomctl")
                == "not switched for intercomctl: its line is not open yet")
        #expect(
            failed.reply(relay)
                == .refused(ControlError(.failed, "relay door: its line is not open yet")))
    }
}
