import Testing
import Wire

@Suite struct RetryScheduleTests {
    @Test func waitsAreThoseOfTheVectors() throws {
        let draws = try #require(try Vectors().input("retry_draws") as? [UInt64])
        let wanted = try #require(try Vectors().value("retry_ms") as? [Int])
        var schedule = RetrySchedule()
        #expect(wanted.count == 10)
        #expect(draws.map { schedule.nextWait($0) } == wanted.map { .milliseconds($0) })
    }
}
