import Seeds
import Testing
import Wire

@Suite struct RetryScheduleTests {
    /// The first eight bytes of SHA256("intercom/1 jitter" ‖ own ‖ peer) for the vectors' two
    /// public keys, computed with Python's hashlib: this module has no SHA-256.
    static let seeds: [String: UInt64] = [
        "init": 0x4DA6_2008_BCB3_E2B8, "resp": 0xCC41_B760_FC1B_D87C,
    ]

    @Test(arguments: ["init", "resp"])
    func waitsAreThoseOfTheVectors(side: String) throws {
        let all = try #require(try Vectors().value("retry_ms") as? [String: [Int]])
        let wanted = try #require(all[side])
        var schedule = RetrySchedule(seed: try #require(Self.seeds[side]))
        #expect(wanted.count == 10)
        #expect(wanted.map { _ in schedule.nextWait() } == wanted.map { .milliseconds($0) })
    }

    @Test func everyWaitIsWithinAFifthOfItsBase() throws {
        let bases = try #require(try Vectors().input("retry_base_ms") as? [Int])
        let seed = testSeed()
        var schedule = RetrySchedule(seed: seed)
        for _ in 0..<1000 {
            schedule.restart()
            for base in bases {
                let wait = schedule.nextWait()
                #expect(wait >= .milliseconds(base * 8 / 10), "seed \(seed)")
                #expect(wait <= .milliseconds(base * 12 / 10), "seed \(seed)")
            }
        }
    }

    @Test func restartingBeginsTheSeriesAnewButNotTheSpread() {
        var schedule = RetrySchedule(seed: 1)
        let first = schedule.nextWait()
        for _ in 0..<20 { _ = schedule.nextWait() }
        #expect(schedule.nextWait() >= .seconds(24))
        schedule.restart()
        let again = schedule.nextWait()
        #expect(again <= .milliseconds(1200))
        #expect(again != first)
    }

    @Test func heartbeatsAreFourteenToSixteenSecondsApart() {
        var schedule = RetrySchedule(seed: 2)
        let waits = (0..<5000).map { _ in schedule.heartbeatWait() }
        #expect(waits.allSatisfy { $0 >= .seconds(14) && $0 <= .seconds(16) })
        #expect(Set(waits).count > 1000)
    }
}
