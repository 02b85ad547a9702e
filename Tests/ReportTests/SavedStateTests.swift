import Testing

@testable import Report

@Suite struct SavedStateTests {
    @Test func whatIsWrittenIsReadAgain() {
        var state = SavedState()
        state.volumes[.ring] = 40
        state.muted = ["attic"]
        state.doNotDisturb.isOn = true
        state.doNotDisturb.untilMilliseconds = 77
        #expect(SavedState(parsing: state.encoded.span) == state)
    }

    /// What a station has written once, each later one reads: unknown fields are left out.
    @Test func theFirstFileThereWasIsRead() throws {
        let text = """
            {"schema":1,"volumes":{"speaker":80,"ring":70,"tones":60,"page":50},"mute_mic":true,\
            "mute_speaker":false,"muted":["attic"],"dnd":{"on":true,"until_ms":null},\
            "crc":"fa5c493a"}

            """
        let read = SavedState(parsing: Array(text.utf8).span)
        let state = try #require(read)
        #expect(state.isMicrophoneMuted && state.muted == ["attic"] && state.doNotDisturb.isOn)
        #expect(state.volumes[.page] == 50 && !state.isQuietTime)
    }

    @Test func aFileThatIsCutIsNone() {
        let line = SavedState().encoded
        for place in line.indices.dropLast() {
            #expect(SavedState(parsing: Array(line[..<place]).span) == nil)
        }
    }
}
