import Testing

@testable import Report

@Suite struct LevelsTests {
    @Test func whatIsWrittenIsReadBack() throws {
        var levels = Levels()
        (levels.timeMilliseconds, levels.name, levels.lost) = (1_700_000_000_123, "kitchen", 3)
        levels.microphone.meter.rmsDBFS = -23.5
        var talker = Levels.Talker()
        (talker.name, talker.peakDBFS, talker.rmsDBFS) = ("garage", -9, -20.5)
        levels.talkers = [talker]
        let line = Array(levels.encoded.dropLast())
        #expect(Levels(parsing: line.span) == levels)
        #expect(line.count < 1024, "twenty of them a second")
    }
}
