internal import CLinux

/// A connection to this machine's journal, without libsystemd.
///
/// It never waits: an entry that cannot be sent at once, or is too large for one datagram, is
/// refused; the caller can still use standard error.
public final class JournalSocket: Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// Where journald listens.
    public static let standardPath = "/run/systemd/journal/socket"

    /// Nil when the process cannot make a socket.
    public init?(path: String = standardPath) {
        let raw = clinux_local_datagram_make()
        guard raw >= 0 else { return nil }
        descriptor = FileDescriptor(owning: raw)
        self.path = path
    }

    /// Whether standard error goes to the journal: then `$JOURNAL_STREAM` names it.
    ///
    /// A daemon whose standard error was redirected must write there (systemd.exec(5)).
    public static var isStandardError: Bool {
        guard let named = Environment.value(of: "JOURNAL_STREAM") else { return false }
        var device: UInt64 = 0
        var inode: UInt64 = 0
        let output = Terminal.Output.complaint.rawValue
        // SAFETY: both are written during the call only.
        guard unsafe clinux_descriptor_identity(output, &device, &inode) == 0 else { return false }
        return named == "\(device):\(inode)"
    }

    /// Sends an entry; false when the journal did not take it.
    public func send(_ entry: JournalEntry) -> Bool {
        // SAFETY: the path ends with a zero, and the bytes are read during the call only.
        unsafe entry.bytes.withUnsafeBufferPointer { bytes in
            unsafe clinux_local_send_to(descriptor.raw, path, bytes.baseAddress, bytes.count) == 0
        }
    }
}
