import Glibc
import HAL
import Time

/// The commands that change the process itself.
final class ProcessProbe {
    private var signals: Box<Signals>?
    private var thread: Box<RealtimeThread>?

    func obey(_ words: [Substring]) -> String {
        do throws(SystemError) {
            switch words.first {
            case "signals": signals = Box(try Signals())
            case "signal": return signals!.value.next().map { "\($0)" } ?? "none"
            case "thread":
                thread = Box(
                    try RealtimeThread(name: "idle", priority: 0) { while true { sleep(1) } })
            case "words":
                // Where the test reads.
                dup2(1, 2)
                try LastWords.prepare()
            case "fault": try fault(words[1])
            case "hide": try ProcessHardening.hideMemory()
            case "limit":
                var limit = rlimit()
                unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
                return "\(limit.rlim_cur)"
            case "lock": try MemoryLock.lock()
            case "credential":
                var bytes = [UInt8](repeating: 0, count: 64)
                var span = bytes.mutableSpan
                let count = try FileStore.readCredential(String(words[1]), into: &span)
                return String(decoding: bytes.prefix(count), as: UTF8.self)
            case "notify": notify(words[1])
            case "watchdog":
                return ServiceNotifier.watchdogInterval.map { "\($0.milliseconds)" } ?? "none"
            default: return "what?"
            }
            return "ok"
        } catch {
            return "error: \(error)"
        }
    }

    /// Ends the probe on a thread of its own.
    private func fault(_ what: Substring) throws(SystemError) {
        let isDeep = what == "stack"
        thread = Box(
            try RealtimeThread(name: "faulty", priority: 0) {
                if isDeep { _ = Faults.descend(0) } else { Faults.trap() }
            })
        sleep(10)
    }

    private func notify(_ what: Substring) {
        switch what {
        case "ready": ServiceNotifier.ready()
        case "reloading": ServiceNotifier.reloading()
        case "stopping": ServiceNotifier.stopping()
        default: ServiceNotifier.watchdog()
        }
    }
}

/// Ways to end a program, under names that its last words are to tell.
enum Faults {
    @inline(never)
    static func trap() { preconditionFailure("as asked") }

    /// Uses up the stack.
    @inline(never)
    static func descend(_ depth: Int) -> Int {
        // Never so deep, as the compiler cannot know.
        guard depth >= 0 else { return depth }
        var room = InlineArray<1024, Int>(repeating: depth)
        room[depth & 1023] = descend(depth + 1)
        return room[0] &+ room[1]
    }
}
