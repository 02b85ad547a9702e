import Testing
import Vectors
import Wire

@Suite struct RetryScheduleTests {
    @Test func waitsAreThoseOfTheVectors() throws {
        let draws = try #require(vectors.input("retry_draws") as? [UInt64])
        let wanted = try #require(vectors.root["retry_ms"] as? [Int])
        var schedule = RetrySchedule()
        #expect(wanted.count == 10)
        #expect(draws.map { schedule.nextWait($0) } == wanted.map { .milliseconds($0) })
    }
}
