internal import CLinux
internal import Time

/// Reports the daemon's state to the service manager (sd_notify(3), without libsystemd).
///
/// Without `$NOTIFY_SOCKET` each call does nothing.
public enum ServiceNotifier {
    /// The daemon is ready: units ordered after it may start.
    public static func ready() { send("READY=1") }

    /// The configuration is being read again; `ready()` ends this.
    public static func reloading() {
        let microseconds = Clock.now().nanoseconds / 1000
        send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    public static func stopping() { send("STOPPING=1") }

    /// Feeds the watchdog.
    public static func watchdog() { send("WATCHDOG=1") }

    /// How often the watchdog must be fed; nil when this process has none.
    public static var watchdogInterval: Duration? {
        guard
            let text = Environment.value(of: "WATCHDOG_USEC"),
            let microseconds = Int64(text), microseconds > 0
        else { return nil }
        if let process = Environment.value(of: "WATCHDOG_PID") {
            guard Int64(process) == clinux_process_id() else { return nil }
        }
        return .microseconds(microseconds)
    }

    private static func send(_ state: String) {
        guard let path = Environment.value(of: "NOTIFY_SOCKET") else { return }
        var state = state
        // A service manager that does not receive this is no reason to stop.
        state.withUTF8 { bytes in
            // SAFETY: the path ends with a zero, and the bytes are read during the call only.
            _ = unsafe clinux_local_notify(path, bytes.baseAddress, bytes.count)
        }
    }
}
