import Testing

@testable import Config

/// `[record NAME]`: what is recorded, for whom, and in how much room.
@Suite struct RecordSectionTests {
    private static let house = "[station]\nname = a\n[channel house]\n"

    private func mistakes(_ text: String) -> [String] {
        do throws(ConfigError) {
            _ = try parse(Self.house + text)
            return []
        } catch { return error.mistakes.map { $0.what } }
    }

    @Test func aChannelAndAllCallsAreRecorded() throws {
        let config = try parse(
            Self.house + "[record house]\nto = \(recordingKey)\n"
                + "[record calls]\nto = \(recordingKey.uppercased())\nkeep = 250\n")
        #expect(config.records.map { $0.name } == ["house", "calls"])
        #expect(config.records.map { $0.to } == [recordingKey, recordingKey])
        #expect(config.records.map { $0.keep } == [1_000, 250])
        #expect(config.warnings.isEmpty)
    }

    @Test func aRecordThatNothingHereTellsOfIsAWarning() throws {
        let record = "[record house]\nto = \(recordingKey)\n"
        let lamp = "[lamp rec]\nline = GPIO24\nshow = recording\n"
        for silent in ["output = none", "volume = mute"] {
            let mute = Self.house + "[audio]\n\(silent)\n" + record
            #expect(
                try parse(mute).warnings.map { $0.what } == [
                    "[record house]: nothing here tells people: add a speaker that sounds, or a"
                        + " lamp with show = recording"
                ])
            #expect(try parse(mute + lamp).warnings.isEmpty)
        }
    }

    @Test func whatIsHeardIsKeptOnlyIfThatIsSet() throws {
        #expect(try parse(Self.house).replay.keep == nil)
        #expect(try parse(Self.house + "[replay]\nkeep = off\n").replay.keep == nil)
        #expect(try parse(Self.house + "[replay]\nkeep = 1m\n").replay.keep == .seconds(60))
        for time in ["9s", "61s"] {
            #expect(
                mistakes("[replay]\nkeep = \(time)\n") == [
                    "keep: \"\(time)\" is out of range; must be 10s to 1m"
                ])
        }
    }

    @Test func whatCannotBeRecordedIsAMistake() {
        let to = "to = \(recordingKey)\n"
        #expect(mistakes("[record house]\n\(to)") == [])
        #expect(
            mistakes("[record hose]\n\(to)") == ["[record hose]: there is no channel \"hose\""])
        #expect(mistakes("[record house]\nto =\n") == ["to has no value"])
        #expect(
            mistakes("[record house]\n\(to)keep = 99\n") == [
                "keep: \"99\" is out of range; must be 100 to 1000000"
            ])
    }
}
