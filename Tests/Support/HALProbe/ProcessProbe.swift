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

    private func notify(_ what: Substring) {
        switch what {
        case "ready": ServiceNotifier.ready()
        case "reloading": ServiceNotifier.reloading()
        case "stopping": ServiceNotifier.stopping()
        case "status": ServiceNotifier.status("2 of 3 peers up")
        default: ServiceNotifier.watchdog()
        }
    }
}
