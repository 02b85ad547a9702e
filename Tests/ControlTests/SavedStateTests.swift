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
