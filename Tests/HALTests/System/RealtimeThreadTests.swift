import Foundation
import HAL
import Synchronization
import Testing

@Suite struct RealtimeThreadTests {
    @Test func runsItsBodyOnceUnderItsName() throws {
        let runs = Atomic<Int>(0)
        let name = Mutex("")
        let thread = try RealtimeThread(name: "media-loop-with-a-long-name", priority: 0) {
            runs.add(1, ordering: .relaxed)
            let own = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            name.withLock { $0 = own ?? "" }
        }
        #expect(thread.isRealtime == false)
        thread.join()
        #expect(runs.load(ordering: .relaxed) == 1)
        #expect(name.withLock { $0 } == "media-loop-with\n")
    }

    @Test func saysTruthfullyWhetherItIsRealtime() throws {
        let policy = Atomic<Int32>(-1)
        let thread = try RealtimeThread(name: "media", priority: 20) {
            // Field 41 of stat (proc(5)): 1 is SCHED_FIFO.
            let stat = try? String(contentsOfFile: "/proc/thread-self/stat", encoding: .utf8)
            let fields = stat?.split(separator: " ") ?? []
            policy.store(fields.count > 40 ? Int32(fields[40]) ?? -1 : -1, ordering: .relaxed)
        }
        let isRealtime = thread.isRealtime
        thread.join()
        #expect(policy.load(ordering: .relaxed) == (isRealtime ? 1 : 0))
    }

    /// A sound that decays in silence would cost a hundred times as much as others.
    @Test func subnormalNumbersAreZeroOnIt() throws {
        // Read from memory, so that no compiler computes them in advance.
        let smallest = Mutex(Float.leastNormalMagnitude)
        let halved = Mutex<Float>(-1)
        let doubled = Mutex<Float>(-1)
        let subnormal = Mutex(Float.leastNonzeroMagnitude)
        @Sendable func reckon() {
            halved.withLock { $0 = smallest.withLock { $0 } * 0.5 }
            doubled.withLock { $0 = subnormal.withLock { $0 } * 0x1p30 }
        }
        reckon()
        #expect(halved.withLock { $0 } > 0)
        #expect(doubled.withLock { $0 } > 0)
        try RealtimeThread(name: "quiet", priority: 0) { reckon() }.join()
        #expect(halved.withLock { $0 } == 0)
        #expect(doubled.withLock { $0 } == 0)
    }

    @Test func droppingTheValueWaitsForTheBody() throws {
        let isDone = Atomic<Bool>(false)
        do {
            _ = try RealtimeThread(name: "slow", priority: 0) {
                Thread.sleep(forTimeInterval: 0.05)
                isDone.store(true, ordering: .releasing)
            }
        }
        #expect(isDone.load(ordering: .acquiring) == true)
    }

    @Test func bodyIsFreedAfterItsRun() throws {
        final class Witness: Sendable {}
        let witness = Witness()
        weak let observed: Witness? = witness
        func run(_ witness: Witness) throws {
            try RealtimeThread(name: "free", priority: 0) { _ = witness }.join()
        }
        try run(witness)
        _ = consume witness
        #expect(observed == nil)
    }
}
