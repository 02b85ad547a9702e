internal import CLinux

/// A TCP connection, for a program that waits for many descriptors at once: no call waits.
public struct TCPStream: ~Copyable, Sendable {
    /// The outcome of one read.
    public enum Arrival: Equatable, Sendable {
        case bytes(Int)
        case wouldBlock
        /// The other side has closed the connection in order.
        case closed
        /// The other side, or the network, has given the connection up.
        case failed
    }

    private let descriptor: FileDescriptor
    /// The address and port of the other side.
    public let other: SocketAddress

    init(_ descriptor: consuming FileDescriptor, from other: SocketAddress) {
        self.descriptor = descriptor
        self.other = other
    }

    /// Begins to connect to a listening program; `connectionError` gives the result once the stream
    /// is writable.
    ///
    /// Until `close`, any end of the stream is an abort, even the death of this program: the other
    /// side must not mistake it for an orderly end.
    ///
    /// - Parameters:
    ///   - other: The address at which the program listens.
    ///   - own: The address of this machine from which to connect, at any port; the kernel chooses
    ///     one for nil, and where the other address is of another family.
    /// - Throws: why connecting cannot begin, such as an address of another machine.
    public init(
        connectingTo other: SocketAddress, from own: SocketAddress? = nil
    ) throws(SystemError) {
        var target = other.raw
        let isIPv6: Int32 = other.family == .ipv6 ? 1 : 0
        let raw: Int32
        if let own, own.family == other.family {
            var place = own.at(port: 0).raw
            raw = unsafe clinux_tcp_connect(isIPv6, &target, &place)
        } else {
            raw = unsafe clinux_tcp_connect(isIPv6, &target, nil)
        }
        descriptor = try FileDescriptor(raw, Self.operation(to: other))
        self.other = other
        _ = clinux_tcp_set_abort(descriptor.raw, 1)
    }

    private static func operation(to other: SocketAddress) -> String {
        "connect to \(other) (TCP)"
    }

    /// The descriptor to watch for `EventLoop.readable` or `.writable`.
    public var fd: Int32 { descriptor.raw }

    /// Returns why the connection was not made; nil when it was.
    public borrowing func connectionError() -> SystemError? {
        do throws(SystemError) {
            _ = try SystemError.check(
                clinux_socket_error(descriptor.raw), Self.operation(to: other))
            return nil
        } catch { return error }
    }

    /// Reads the waiting bytes, at most as many as fit.
    public borrowing func read(into bytes: inout MutableSpan<UInt8>) -> Arrival {
        precondition(!bytes.isEmpty)
        let count = descriptor.read(into: &bytes)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .closed }
        return Self.isLater(count) ? .wouldBlock : .failed
    }

    /// Sends as many bytes as the kernel takes now, perhaps none; nil when the connection has
    /// failed.
    public borrowing func write(_ bytes: Span<UInt8>) -> Int? {
        let count = descriptor.send(bytes)
        if count >= 0 { return count }
        return Self.isLater(count) ? 0 : nil
    }

    private static func isLater(_ result: Int) -> Bool {
        Int32(-result) == EAGAIN || Int32(-result) == EINTR
    }

    /// Ends the connection in order.
    public consuming func close() { _ = clinux_tcp_set_abort(descriptor.raw, 0) }
}

/// A TCP port of this machine to which programs on others may connect.
public struct TCPListener: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Listens at the one address, or at every address, of both families where this machine has
    /// IPv6.
    public init(at own: SocketAddress? = nil, port: UInt16) throws(SystemError) {
        let place = own?.at(port: port)
        var address = (place ?? .any(port: port)).raw
        var raw = unsafe clinux_tcp_listen(place?.family == .ipv4 ? 0 : 1, &address)
        if own == nil, raw == -EAFNOSUPPORT {
            address = SocketAddress.anyIPv4(port: port).raw
            raw = unsafe clinux_tcp_listen(0, &address)
        }
        let advice = raw == -EADDRINUSE ? "another program listens there" : ""
        descriptor = try FileDescriptor(raw, "listen on TCP port \(port)", advice: advice)
    }

    /// The descriptor to watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Returns the next connection that has brought bytes, with its source; nil when none waits.
    ///
    /// Also nil when that connection has ended already, or when the process has too many open
    /// files.
    public borrowing func accept() -> TCPStream? {
        var from = clinux_address()
        let raw = unsafe clinux_tcp_accept(descriptor.raw, &from)
        return raw >= 0
            ? TCPStream(FileDescriptor(owning: raw), from: SocketAddress(from)) : nil
    }
}
