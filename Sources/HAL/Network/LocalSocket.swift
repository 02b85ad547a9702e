internal import CLinux
internal import Time

/// The listening Unix socket through which `intercomctl` talks to the daemon.
///
/// `deinit` removes its file.
public struct LocalSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// Makes the socket's file, mode 0660, of `group` if given.
    ///
    /// A file left by a crashed daemon is replaced. A socket on which a daemon answers, or a file
    /// that is no socket, is left alone, and the error reports it. Of two daemons that start at the
    /// same moment, the UDP port stops the second, so make the `PortSockets` first.
    public init(path: String, group: UInt32? = nil) throws(SystemError) {
        var raw = unsafe clinux_local_listen(path, 0o660)
        if raw == -EADDRINUSE {
            try LocalSocket.removeStale(path)
            raw = unsafe clinux_local_listen(path, 0o660)
        }
        let descriptor = try FileDescriptor(raw, "listen on \(path)")
        if let group {
            // If this fails, only root can talk to the daemon, which is better than a daemon that
            // does not start.
            _ = unsafe lchown(path, .max, group)
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = unsafe clinux_file_remove(path) }

    /// The descriptor to watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Returns the next program that has connected; nil when none waits.
    ///
    /// Also nil when that program has closed already, or when this process has too many open files.
    public borrowing func accept() -> LocalPeer? {
        let raw = clinux_local_accept(descriptor.raw)
        return raw >= 0 ? LocalPeer(accepted: FileDescriptor(owning: raw)) : nil
    }

    /// Returns whether a daemon accepts connections on the socket at this path.
    public static func isAnswered(_ path: String) -> Bool {
        let raw = unsafe clinux_local_connect(path)
        guard raw >= 0 else { return false }
        _ = close(raw)
        return true
    }

    private static func removeStale(_ path: String) throws(SystemError) {
        guard let found = try FileStore.look(at: path, follow: 0) else { return }
        guard found.is(S_IFSOCK) else {
            throw SystemError(
                operation: "listen on \(path)", errno: EADDRINUSE,
                advice: "the file there is not a socket: move it away")
        }
        let raw = unsafe clinux_local_connect(path)
        guard raw == -ECONNREFUSED else {
            if raw >= 0 { _ = close(raw) }
            throw SystemError(
                operation: "listen on \(path)", errno: EADDRINUSE,
                advice: "another intercomd is already running")
        }
        _ = try SystemError.check(unsafe clinux_file_remove(path), "replace \(path)")
    }
}

/// The outcome of one read or write on a `LocalPeer`.
public enum LocalTransfer: Equatable, Sendable {
    case bytes(Int)
    case wouldBlock
    /// The other program has closed its end, or died.
    case closed
}

/// One program at the other end of a Unix socket: `intercomctl` for the daemon, the daemon for
/// `intercomctl`.
public struct LocalPeer: ~Copyable, Sendable {
    /// The user of the other program, as the kernel recorded it at the connection.
    public struct Identity: Equatable, Sendable {
        public let process: Int32
        public let user: UInt32
        public let group: UInt32
    }

    private let descriptor: FileDescriptor
    public let identity: Identity

    /// Connects to the daemon whose socket is at `path`.
    ///
    /// ENOENT and ECONNREFUSED mean that no daemon is running.
    public init(path: String) throws(SystemError) {
        let raw = unsafe clinux_local_connect(path)
        let advice =
            switch -raw {
            case ENOENT, ECONNREFUSED: "intercomd is not running"
            case EACCES:
                "only members of group intercom may: sudo usermod -aG"
                    + " intercom,intercom-admin $USER, then log in again"
            default: ""
            }
        self.init(accepted: try FileDescriptor(raw, "connect to \(path)", advice: advice))
    }

    init(accepted descriptor: consuming FileDescriptor) {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        let result = unsafe clinux_local_identity(descriptor.raw, &process, &user, &group)
        precondition(result == 0, "a connected Unix socket knows who is at its other end")
        identity = Identity(process: process, user: user, group: group)
        self.descriptor = descriptor
    }

    /// Returns whether the other program had this group, as its own or besides it, when it
    /// connected.
    public borrowing func isMember(of group: UInt32) -> Bool {
        identity.group == group || clinux_local_has_group(descriptor.raw, group) == 1
    }

    /// Whether the other program is gone, and has not merely finished sending.
    public var hasHungUp: Bool { clinux_poll(descriptor.raw, 0, 0) > 0 }

    /// The descriptor to watch for `EventLoop.readable` or `.writable`.
    public var fd: Int32 { descriptor.raw }

    /// Reads the waiting bytes, at most as many as fit.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) -> LocalTransfer {
        precondition(!bytes.isEmpty)
        let count = descriptor.read(into: &bytes)
        return count == 0 ? .closed : LocalPeer.transfer(count)
    }

    /// Writes as many bytes as the kernel accepts now.
    public borrowing func write(_ bytes: Span<UInt8>) -> LocalTransfer {
        LocalPeer.transfer(descriptor.send(bytes))
    }

    /// Waits until there are bytes to read, or the other end is closed; false at the limit, or up
    /// to a millisecond after it.
    public borrowing func waitReadable(limit: Duration) -> Bool {
        wait(CLINUX_READABLE, limit)
    }

    /// Waits until there is room to write, or the other end is closed; false at the limit.
    public borrowing func waitWritable(limit: Duration) -> Bool {
        wait(CLINUX_WRITABLE, limit)
    }

    private borrowing func wait(_ events: UInt32, _ limit: Duration) -> Bool {
        let deadline = Clock.now() + limit
        while true {
            let left = max(0, (deadline - Clock.now()).nanoseconds)
            // Rounded up: else a caller with a deadline asks again and again in the last
            // millisecond.
            let milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
            let result = clinux_poll(descriptor.raw, Int16(events), milliseconds)
            if result > 0 { return true }
            // A signal ends a wait early; the deadline stays.
            if result == 0 || result != -EINTR { return false }
        }
    }

    private static func transfer(_ result: Int) -> LocalTransfer {
        if result >= 0 { return .bytes(result) }
        return Int32(-result) == EAGAIN ? .wouldBlock : .closed
    }
}
