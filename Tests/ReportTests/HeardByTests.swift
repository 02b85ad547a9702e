import Testing
import Wire

@testable import Report

@Suite struct HeardByTests {
    @Test func everyReasonOfTheWireHasACodeOfItsOwn() {
        let codes = (UInt8(1)...15).map { HeardBy.Reason(Unheard(rawValue: $0)) }
        #expect(Set(codes.compactMap { $0?.rawValue }).count == 15)
        #expect(!codes.contains(.other))
        #expect(HeardBy.Reason(.heard) == nil)
        for (why, reason) in [
            (.noOutput, .noOutput), (.cardMuted, .cardMuted), (.volume, .volume),
            (.turnedDown, .turnedDown), (.notListening, .notListening), (.denied, .denied),
            (.tooMany, .tooMany),
        ] as [(Unheard, HeardBy.Reason)] {
            #expect(HeardBy.Reason(why) == reason)
        }
        #expect(HeardBy.Reason(Unheard(rawValue: 200)) == .other)
    }

    @Test func nobodyHasHeardWhatNoOneHeardAnyOf() {
        let deaf = HeardBy("garage", percent: 0, reason: .speakerMuted)
        let fine = HeardBy("attic", percent: 99, reason: nil)
        #expect(![HeardBy]().isHeard && ![deaf].isHeard)
        #expect([deaf, fine].isHeard)
    }

    @Test func theSentenceSaysWhoAndWhyNot() {
        let found = [
            HeardBy("garage", percent: 0, reason: .speakerMuted),
            HeardBy("barn", percent: 40, reason: .heldDown),
            HeardBy("attic", percent: 99, reason: nil),
        ]
        #expect(
            found.sentence
                == "attic 99 %, barn 40 % (an open microphone holds the speaker down (half"
                + " duplex)), garage nothing (the speaker is muted)")
        #expect([HeardBy]().sentence == "nobody")
    }

    @Test func aReasonOfANewerProgramIsReadAsAnother() {
        let line = #"{"peer":"a","percent":0,"reason":"asleep"}"#
        guard let json = JSON(parsing: Array(line.utf8).span) else {
            Issue.record("not JSON")
            return
        }
        #expect(HeardBy(json: json)?.reason == .other)
    }
}
