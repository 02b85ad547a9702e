import Testing

@testable import Intercomctl

@Suite struct TypedTimeTests {
    @Test(arguments: [("90s", 90), ("30m", 1_800), ("2h", 7_200), ("3d", 259_200)])
    func isThisLong(_ text: String, _ length: Int) {
        #expect(time(typed: text) == length)
    }

    @Test(arguments: [
        "", "h", "2", "-2h", "2w", "2 h", "21:00", "2026-11-20", "99999999999h", "999999999d",
        "yesterday",
    ])
    func isNone(_ text: String) { #expect(time(typed: text) == nil) }
}
