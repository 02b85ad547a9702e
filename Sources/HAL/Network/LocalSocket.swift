internal import CLinux

/// The listening Unix socket through which `intercomctl` speaks to the daemon.
///
/// Its file goes with it.
public struct LocalSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// Makes the socket's file, mode 0660, of `group` if given.
    ///
    /// A file left by a daemon that crashed is replaced; when a daemon answers on it, or it is
    /// not a socket at all, it is left alone and the error says so. Two daemons that start at
    /// one moment are told apart by their UDP port, so the `SocketPair` comes first.
    public init(path: String, group: UInt32? = nil) throws(SystemError) {
        var raw = unsafe clinux_local_listen(path, 0o660)
        if raw == -EADDRINUSE {
            try LocalSocket.removeStale(path)
            raw = unsafe clinux_local_listen(path, 0o660)
        }
        let descriptor = FileDescriptor(
            owning: try SystemError.check(raw, "listen on \(path)"))
        if let group {
            // Root alone can then speak to the daemon, which beats a daemon that does not start.
            _ = unsafe clinux_local_set_group(path, group)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = unsafe clinux_file_remove(path) }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// The next program that wants to speak; nil when none is waiting.
    ///
    /// Also nil when it has gone again, or when the process has too many open files.
    public borrowing func accept() -> LocalPeer? {
        let raw = clinux_local_accept(descriptor.raw)
        return raw >= 0 ? LocalPeer(accepted: FileDescriptor(owning: raw)) : nil
    }

    /// Whether a daemon takes connections on the socket of this path.
    public static func isAnswered(_ path: String) -> Bool {
        let raw = unsafe clinux_local_connect(path)
        guard raw >= 0 else { return false }
        _ = clinux_close(raw)
        return true
    }

    private static func removeStale(_ path: String) throws(SystemError) {
        var status = clinux_file_status()
        _ = try SystemError.check(unsafe clinux_file_status(path, 0, &status), "look at \(path)")
        guard status.is_socket != 0 else {
            throw SystemError(
                operation: "listen on \(path)", errno: EADDRINUSE,
                advice: "the file there is not a socket: move it away")
        }
        let raw = unsafe clinux_local_connect(path)
        guard raw == -ECONNREFUSED else {
            if raw >= 0 { _ = clinux_close(raw) }
            throw SystemError(
                operation: "listen on \(path)", errno: EADDRINUSE,
                advice: "another intercomd is already running")
        }
        _ = try SystemError.check(unsafe clinux_file_remove(path), "replace \(path)")
    }
}
