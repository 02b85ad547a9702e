import HAL
import Testing
import Time

@Suite struct EventLoopTests {
    @Test func namesReadyDescriptorsByToken() throws {
        var loop = try EventLoop()
        let first = try EventSignal()
        let second = try EventSignal()
        try loop.add(fd: first.fd, token: 7)
        try loop.add(fd: second.fd, token: 9)
        #expect(loop.wait(until: Clock.now()) == 0)

        second.raise()
        #expect(loop.wait(until: nil) == 1)
        #expect(loop[0].token == 9)
        #expect(loop[0].events == EventLoop.readable)

        first.raise()
        #expect(loop.wait(until: nil) == 2)
        #expect(Set([loop[0].token, loop[1].token]) == [7, 9])
        second.raise()
        #expect([second.drain(), second.drain(), first.drain()] == [2, 0, 1])
        #expect(loop.wait(until: Clock.now()) == 0)
    }

    @Test func modifyAndRemoveChangeWhatIsReported() throws {
        var loop = try EventLoop()
        let signal = try EventSignal()
        try loop.add(fd: signal.fd, events: EventLoop.writable, token: 1)
        #expect(loop.wait(until: nil) == 1)
        #expect(loop[0].events == EventLoop.writable)
        try loop.modify(fd: signal.fd, events: EventLoop.readable, token: 2)
        #expect(loop.wait(until: Clock.now()) == 0)
        signal.raise()
        #expect(loop.wait(until: nil) == 1)
        #expect(loop[0].token == 2)
        try loop.remove(fd: signal.fd)
        #expect(loop.wait(until: Clock.now()) == 0)
        #expect(throws: SystemError(operation: "epoll remove descriptor \(signal.fd)", errno: 2)) {
            try loop.remove(fd: signal.fd)
        }
    }

    @Test func waitsUntilTheDeadlineAndNotBefore() throws {
        var loop = try EventLoop()
        let deadline = Clock.now() + .milliseconds(20)
        #expect(loop.wait(until: deadline) == 0)
        #expect(Clock.now() >= deadline)
    }
}

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

    @Test func intervalCountsEveryFiring() throws {
        let timer = try Timer()
        let start = Clock.now()
        // A guest may have booted at this moment.
        Clock.sleep(.milliseconds(45))
        timer.arm(at: start, every: .milliseconds(10))
        _ = try fired(timer)
        #expect(timer.drain() >= 5)
    }
}
