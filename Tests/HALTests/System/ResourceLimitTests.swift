import Testing

@testable import HAL

@Suite struct ResourceLimitTests {
    @Test func aThreadGetsThePriorityThatTheLimitAllows() throws {
        let allowed = ResourceLimit.realtimePriority
        #expect((0...99).contains(allowed))
        let thread = try RealtimeThread(name: "limit", priority: 1) {}
        // Where the kernel grants the priority without a limit for us, a sandbox reports a wrong
        // limit.
        if thread.isRealtime { #expect(allowed > 0) }
    }
}
