import Seeds
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

    @Test func everyWaitIsWithinAFifthOfItsBase() throws {
        let bases = try #require(try Vectors().input("retry_base_ms") as? [Int])
        let seed = testSeed()
        var generator = SplitMix64(seed: seed)
        var schedule = RetrySchedule()
        for _ in 0..<1000 {
            schedule.restart()
            for base in bases {
                let wait = schedule.nextWait(generator.next())
                #expect(wait >= .milliseconds(base * 8 / 10), "seed \(seed)")
                #expect(wait <= .milliseconds(base * 12 / 10), "seed \(seed)")
            }
        }
    }

    @Test func restartingBeginsTheSeriesAnew() {
        var schedule = RetrySchedule()
        let first = schedule.nextWait(7)
        for _ in 0..<20 { _ = schedule.nextWait(7) }
        #expect(schedule.nextWait(7) >= .seconds(24))
        schedule.restart()
        #expect(schedule.nextWait(7) == first)
    }

    @Test func heartbeatsAreFourteenToSixteenSecondsApart() {
        var generator = SplitMix64(seed: 2)
        let waits = (0..<5000).map { _ in RetrySchedule.heartbeatWait(generator.next()) }
        #expect(waits.allSatisfy { $0 >= .seconds(14) && $0 <= .seconds(16) })
        #expect(Set(waits).count > 1000)
    }
}
