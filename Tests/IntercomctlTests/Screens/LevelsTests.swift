import Report
import Testing

@testable import Intercomctl

@Suite struct LevelsLineTests {
    @Test func hasWhatIsMeasuredAndAHyphenForTheRest() {
        var levels = Levels()
        #expect(sentence(of: levels).hasSuffix("  microphone -  speaker -"))
        levels.microphone.meter.rmsDBFS = -23.4
        levels.speaker.rmsDBFS = -70
        #expect(
            sentence(of: levels).hasSuffix("  microphone -23 dBFS normal  speaker -70 dBFS silent"))
        levels.microphone.meter.peakDBFS = -0.4
        levels.microphone.meter.clips = 3
        levels.microphone.snrDB = 41.6
        var talker = Levels.Talker()
        (talker.name, talker.rmsDBFS, talker.peakDBFS) = ("gar\u{1b}age", -12, -6)
        levels.talkers = [talker]
        let line = sentence(of: levels)
        #expect(line.contains("  microphone -23 dBFS peak 0 normal clipped 3 SNR 42  speaker"))
        #expect(line.hasSuffix("age -12 dBFS peak -6 loud") && !line.contains("\u{1b}"))
    }
}
