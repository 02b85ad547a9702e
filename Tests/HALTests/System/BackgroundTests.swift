import Foundation
import Testing
import Time

@testable import HAL

@Suite struct BackgroundTests {
    @Test func aResultComesOnceAndNobodyWaitsForIt() {
        let gate = DispatchSemaphore(value: 0)
        let work = Background {
            gate.wait()
            return 7
        }
        #expect(work.take() == nil && work.take(within: .milliseconds(5)) == nil)
        gate.signal()
        #expect(work.take(within: .seconds(30)) == 7)
        #expect(work.take() == nil)
    }

    @Test func itIsLookedAtEverMoreSeldomAndIsLateAfterFiveSeconds() {
        let work = Background { true }
        func pause(after time: Duration) -> Int64 {
            (work.look(at: work.since + time) - (work.since + time)).milliseconds
        }
        #expect(pause(after: .zero) == 1)
        #expect(pause(after: .milliseconds(80)) == 10)
        #expect(pause(after: .seconds(60)) == 250)
        #expect(!work.isLate(at: work.since + .seconds(5)))
        #expect(work.isLate(at: work.since + .milliseconds(5_001)))
    }

    /// Whoever is not waited for any more ends by itself.
    @Test func whatNobodyWaitsForEndsOnItsThread() {
        let (gate, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        do {
            _ = Background<Last> {
                gate.wait()
                return Last(end)
            }
        }
        gate.signal()
        #expect(end.wait(timeout: .now() + 30) == .success)
        let closing = Background<Bool>(ending: Last(end))
        #expect(closing.take(within: .seconds(30)) == true)
        #expect(end.wait(timeout: .now()) == .success)
    }
}

/// Says when it ends.
private struct Last: ~Copyable, Sendable {
    let end: DispatchSemaphore
    init(_ end: DispatchSemaphore) { self.end = end }
    deinit { end.signal() }
}
