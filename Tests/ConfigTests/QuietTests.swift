import Testing

@testable import Config

@Suite struct QuietTests {
    /// At 20 % and less nothing is heard, and what rings then is an emergency.
    @Test func whatMayRingInQuietHoursIsHeard() { #expect(Config.Quiet().ring > 20) }

    @Test func hoursMayGoOverMidnightAndEndBeforeTheirLastMinute() throws {
        let night = try #require(
            try parse(
                "[station]\nname = a\n[quiet]\nhours = 22:00 - 6:30\n"
            ).quiet.hours)
        for minute in [22 * 60, 24 * 60 - 1, 0, 6 * 60 + 29] {
            #expect(night.contains(minute: minute))
        }
        for minute in [22 * 60 - 1, 6 * 60 + 30, 12 * 60] {
            #expect(!night.contains(minute: minute))
        }
        let noon = Config.Hours(start: 720, end: 780)
        #expect(noon.contains(minute: 720) && !noon.contains(minute: 780))
        #expect(!noon.contains(minute: 0))
    }
}
