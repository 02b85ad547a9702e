import HAL
import Testing
import Time

@testable import Media

@Suite struct ClockMasterTests {
    private var clock = ClockMaster()
    let period: Int64 = 10_000_000

    @Test mutating func aCardThatMovesSoundIsTrustedForEver() {
        for turn in 0..<10_000 {
            let now = at(turn * 10)
            #expect(clock.countWake(at: now, period: period) == false)
            clock.progressed(at: now)
        }
    }

    @Test mutating func aFewVainWakesAPeriodAreNormal() {
        for turn in 0..<1000 {
            for wake in 0..<ClockMaster.wakesMax {
                #expect(clock.countWake(at: at(turn * 11 + wake), period: period) == false)
            }
        }
    }

    @Test mutating func aSpinningDescriptorIsFound() {
        var stalled = false
        for _ in 0...ClockMaster.wakesMax { stalled = clock.countWake(at: at(1), period: period) }
        #expect(stalled)
    }
}

/// Which card wakes the media loop.
@Suite struct MasterTests {
    /// alsa-lib's null device waits on /dev/null, which epoll refuses.
    @Test func aCardThatCannotBeWatchedIsServedByTheTimer() throws {
        let sockets = try localSockets()
        var loop = try MediaLoop(
            plan: emptyPlan(), rings: try Rings(),
            socket: sockets.data, strays: sockets.strays, firstSequences: [0, 0, 0, 0])

        loop.insert(
            try PCMDevice(.capture, name: .pcm("null"), wanted: PCMParameters.Wanted()))
        let (hasCapture, master) = (loop.cards.capture.isOpen, loop.cards.master.source)
        #expect(hasCapture)
        #expect(master == .timer)
    }
}
