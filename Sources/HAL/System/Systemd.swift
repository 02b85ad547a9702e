internal import CLinux
internal import Time

/// A connection to this machine's journal, without libsystemd.
///
/// It never waits: an entry that cannot be sent at once, or is too large for one datagram, is
/// refused; the caller can still use standard error.
public final class JournalSocket: Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// The path at which journald listens.
    public static let standardPath = "/run/systemd/journal/socket"

    /// Makes a socket; nil when the process cannot.
    public init?(path: String = standardPath) {
        let raw = clinux_local_datagram_make()
        guard raw >= 0 else { return nil }
        descriptor = FileDescriptor(owning: raw)
        self.path = path
    }

    /// Whether standard error goes to the journal, which `$JOURNAL_STREAM` then names.
    ///
    /// A daemon whose standard error was redirected must write to standard error (systemd.exec(5)).
    public static var isStandardError: Bool {
        guard let named = Environment.value(of: "JOURNAL_STREAM") else { return false }
        var status = stat()
        // SAFETY: the status is written during the call only.
        guard unsafe fstat(Terminal.Output.complaint.rawValue, &status) == 0 else { return false }
        return named == "\(status.st_dev):\(status.st_ino)"
    }

    /// Sends an entry; false when the journal did not take it.
    public func send(_ entry: JournalEntry) -> Bool { send(entry.bytes) }

    fileprivate func send(_ bytes: [UInt8]) -> Bool {
        // SAFETY: the path ends with a zero, and the bytes are read during the call only.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe clinux_local_send_to(descriptor.raw, path, bytes.baseAddress, bytes.count) == 0
        }
    }
}

/// An entry of the journal, in the bytes of its native protocol.
///
/// Every value is written in the form that begins with its length (systemd's "Native Journal
/// Protocol"), so no value can end its field and begin another.
public struct JournalEntry: Sendable {
    /// The datagram.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a field; its name has capitals, digits and underscores only, and begins with a capital.
    public mutating func set(_ name: StaticString, _ value: String) {
        let name = name.description.utf8
        precondition(name.first.map { Self.isCapital($0) } == true && name.count <= 64)
        precondition(name.allSatisfy { Self.isCapital($0) || Self.isDigit($0) || $0 == 0x5f })
        bytes += name
        bytes.append(UInt8(ascii: "\n"))
        var size = UInt64(value.utf8.count)
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: size))
            size >>= 8
        }
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func isCapital(_ byte: UInt8) -> Bool { 0x41...0x5a ~= byte }
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}

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

    /// How often the watchdog must be fed; nil when this process has no watchdog.
    public static var watchdogInterval: Duration? {
        guard
            let text = Environment.value(of: "WATCHDOG_USEC"),
            let microseconds = Int64(text), microseconds > 0
        else { return nil }
        if let process = Environment.value(of: "WATCHDOG_PID") {
            guard Int64(process) == Int64(getpid()) else { return nil }
        }
        return .microseconds(microseconds)
    }

    private static func send(_ state: String) {
        guard let path = Environment.value(of: "NOTIFY_SOCKET") else { return }
        // A service manager that does not receive the state is no reason to stop.
        _ = JournalSocket(path: path)?.send(Array(state.utf8))
    }
}
