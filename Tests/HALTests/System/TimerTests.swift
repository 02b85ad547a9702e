import HAL
import Testing
import Time

@Suite struct TimerTests {
    /// Waits for the timer alone and returns when it fired.
    private func fired(_ timer: borrowing Timer) throws -> Instant {
        var loop = try EventLoop()
        try loop.add(fd: timer.fd, token: 0)
        #expect(loop.wait(until: nil) == 1)
        return Clock.now()
    }

    @Test func firesOnceAndNotBeforeItsMoment() throws {
        let timer = try Timer()
        timer.arm(at: Clock.now() + .seconds(600))
        #expect(timer.drain() == 0)
        let moment = Clock.now() + .milliseconds(15)
        timer.arm(at: moment)
        #expect(try fired(timer) >= moment)
        #expect(timer.drain() == 1)
        #expect(timer.drain() == 0)
    }

    @Test func pastMomentFiresAtOnce() throws {
        let timer = try Timer()
        timer.arm(at: Instant(nanoseconds: 0))
        _ = try fired(timer)
        #expect(timer.drain() == 1)
    }

    @Test func intervalCountsEveryFiring() throws {
        let timer = try Timer()
        let start = Clock.now()
        timer.arm(at: start - .milliseconds(45), every: .milliseconds(10))
        _ = try fired(timer)
        #expect(timer.drain() >= 5)
    }

    @Test func disarmedTimerDoesNotFire() throws {
        let timer = try Timer()
        timer.arm(at: Clock.now() + .milliseconds(5))
        timer.disarm()
        var loop = try EventLoop()
        try loop.add(fd: timer.fd, token: 0)
        #expect(loop.wait(until: Clock.now() + .milliseconds(20)) == 0)
    }
}
