internal import CLinux

/// The listening Unix socket through which `intercomctl` talks to the daemon.
///
/// Its file is removed at its end.
public struct LocalSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// Makes the socket's file, mode 0660, of `group` if given.
    ///
    /// A file left by a crashed daemon is replaced. A socket on which a daemon answers, or a file
    /// that is no socket, is left alone, and the error says so. The UDP port tells apart two
    /// daemons that start at the same moment, so make the `PortSockets` first.
    public init(path: String, group: UInt32? = nil) throws(SystemError) {
        var raw = unsafe clinux_local_listen(path, 0o660)
        if raw == -EADDRINUSE {
            try LocalSocket.removeStale(path)
            raw = unsafe clinux_local_listen(path, 0o660)
        }
        let descriptor = FileDescriptor(
            owning: try SystemError.check(raw, "listen on \(path)"))
        if let group {
            // If that fails, root alone can talk to the daemon, which is better than a daemon that
            // does not start.
            _ = unsafe clinux_local_set_group(path, group)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = unsafe clinux_file_remove(path) }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// The next program that has connected; nil when none waits.
    ///
    /// Also nil when it has closed already, or when the process has too many open files.
    public borrowing func accept() -> LocalPeer? {
        let raw = clinux_local_accept(descriptor.raw)
        return raw >= 0 ? LocalPeer(accepted: FileDescriptor(owning: raw)) : nil
    }

    /// Whether a daemon accepts connections on the socket at this path.
    public static func isAnswered(_ path: String) -> Bool {
        let raw = unsafe clinux_local_connect(path)
        guard raw >= 0 else { return false }
        _ = clinux_close(raw)
        return true
    }

    private static func removeStale(_ path: String) throws(SystemError) {
        var status = clinux_file_status()
        _ = try SystemError.check(
            unsafe clinux_file_status(path, 0, &status), "look at \(path)")
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
