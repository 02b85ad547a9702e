internal import CLinux
public import Time

/// A TCP connection, for a program that may wait.
public struct TCPStream: ~Copyable, Sendable {
    /// What came of waiting for bytes.
    public enum Arrival: Equatable, Sendable {
        case bytes(Int)
        /// The other side has closed it.
        case closed
        /// The other side, or the network, has given it up.
        case failed
        case tooLate
    }

    private let descriptor: FileDescriptor
    /// The address and port of the other side.
    public let other: SocketAddress

    init(_ descriptor: consuming FileDescriptor, from other: SocketAddress) {
        self.descriptor = descriptor
        self.other = other
    }

    /// Connects to a program that listens there.
    public init(to other: SocketAddress, until deadline: Instant) throws(SystemError) {
        var target = other.raw
        let raw = unsafe clinux_tcp_connect(other.family == .ipv6 ? 1 : 0, &target)
        let operation = "connect to \(other) (TCP)"
        let descriptor = FileDescriptor(owning: try SystemError.check(raw, operation))
        guard waitFor(descriptor, CLINUX_WRITABLE, until: deadline) else {
            throw SystemError(operation: operation, errno: ETIMEDOUT)
        }
        _ = try SystemError.check(clinux_tcp_error(descriptor.raw), operation)
        self.init(descriptor, from: other)
    }

    /// Waits for bytes, and takes as many as fit.
    public borrowing func read(
        into bytes: inout MutableSpan<UInt8>, until deadline: Instant
    ) -> Arrival {
        precondition(!bytes.isEmpty)
        while waitFor(descriptor, CLINUX_READABLE, until: deadline) {
            let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                // SAFETY: at most `count` bytes are written, during the call only.
                unsafe clinux_read(descriptor.raw, buffer.baseAddress!, buffer.count)
            }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            if Int32(-count) != EAGAIN, Int32(-count) != EINTR { return .failed }
        }
        return .tooLate
    }

    /// Sends all of it; false when that fails, or takes too long.
    public borrowing func write(_ bytes: Span<UInt8>, until deadline: Instant) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard waitFor(descriptor, CLINUX_WRITABLE, until: deadline) else { return false }
            let rest = bytes.extracting(sent..<bytes.count)
            let count = unsafe rest.withUnsafeBufferPointer { buffer in
                // SAFETY: the bytes are read during the call only.
                unsafe clinux_local_send(descriptor.raw, buffer.baseAddress, buffer.count)
            }
            if count > 0 {
                sent += count
            } else if Int32(-count) != EAGAIN, Int32(-count) != EINTR {
                return false
            }
        }
        return true
    }

    /// Ends the connection so that the other side sees that it has failed.
    public consuming func abort() { _ = clinux_tcp_abort(descriptor.raw) }
}
