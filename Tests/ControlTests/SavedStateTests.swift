import Testing

@testable import Control

@Suite struct SavedStateTests {
    @Test func whatIsWrittenIsReadAgain() {
        var state = SavedState()
        state.volumes.ring = 40
        state.muted = ["attic"]
        state.doNotDisturb.isOn = true
        state.doNotDisturb.untilMilliseconds = 77
        #expect(SavedState(parsing: state.line) == state)
    }

    /// What a station has written once, each later one reads.
    @Test func theFirstFileThereWasIsRead() throws {
        let text = """
            {"schema":1,"volumes":{"speaker":80,"ring":70,"tones":60,"page":50},"mute_mic":true,\
            "mute_speaker":false,"muted":["attic"],"dnd":{"on":true,"until_ms":null}}
            """
        let bytes = Array(text.utf8)
        guard let object = JSON(parsing: bytes.span) else {
            Issue.record("this is no JSON")
            return
        }
        let state = try #require(SavedState(parsing: SealedLine.seal(object)))
        #expect(state.isMicrophoneMuted && state.muted == ["attic"] && state.doNotDisturb.isOn)
        #expect(state.volumes.page == 50 && !state.isQuietTime)
    }

    @Test func aFileWithAnotherByteIsNone() {
        let line = SavedState().line
        for place in line.indices {
            var bytes = line
            bytes[place] ^= 1
            #expect(SavedState(parsing: bytes) == nil)
            #expect(SavedState(parsing: Array(line[..<place])) == nil)
        }
    }
}
