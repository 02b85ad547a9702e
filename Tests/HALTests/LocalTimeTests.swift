import Testing

@testable import HAL

@Suite struct LocalTimeTests {
    @Test(arguments: [0, 1, 999, 1_000, -1, -999, -1_000, -1_001, 1_700_000_000_123])
    func aMomentIsOfItsSecond(milliseconds: Int64) throws {
        let time = try #require(LocalTime(milliseconds: milliseconds))
        let begin = (Double(milliseconds) / 1000).rounded(.down) * 1000
        #expect(time == LocalTime(milliseconds: Int64(begin)))
        #expect(time != LocalTime(milliseconds: Int64(begin) - 1))
    }

    @Test func anyMomentIsATime() throws {
        #expect(try #require(LocalTime(milliseconds: .min)).year == -292_275_055)
        #expect(try #require(LocalTime(milliseconds: .max)).year == 292_278_994)
    }
}
