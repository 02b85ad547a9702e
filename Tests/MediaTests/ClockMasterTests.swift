import Testing
import Time

@testable import Media

@Suite struct ClockMasterTests {
    let period: Int64 = 10_000_000

    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    @Test func aCardThatMovesSoundIsTrustedForEver() {
        var clock = ClockMaster()
        for turn in 0..<10_000 {
            let now = at(turn * 10)
            let stalled = clock.countWake(at: now, period: period)
            #expect(!stalled)
            clock.progressed(at: now)
        }
    }

    @Test func aFewVainWakesAPeriodAreNormal() {
        var clock = ClockMaster()
        for turn in 0..<1000 {
            for wake in 0..<ClockMaster.wakesMax {
                let stalled = clock.countWake(at: at(turn * 11 + wake), period: period)
                #expect(!stalled)
            }
        }
    }

    @Test func aSpinningDescriptorIsFound() {
        var clock = ClockMaster()
        var stalled = false
        for _ in 0...ClockMaster.wakesMax { stalled = clock.countWake(at: at(1), period: period) }
        #expect(stalled)
    }
}
