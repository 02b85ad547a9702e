import Glibc
import HAL

/// An ordinary thread, made as the daemon makes its own.
struct Thread: ~Copyable {
    private let thread: RealtimeThread

    init(_ name: String, body: @escaping @Sendable () -> Void) {
        do throws(SystemError) {
            thread = try RealtimeThread(
                name: name, priority: 0, stackSize: 1 << 20, body: body)
        } catch {
            fatalError("\(error)")
        }
    }

    consuming func join() { thread.join() }
}

/// Lets the other thread run.
enum Pause {
    static func yield() { sched_yield() }
    static func sleep() { usleep(50) }
}
