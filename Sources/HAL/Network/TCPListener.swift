internal import CLinux

/// A TCP port of this machine at which programs on others may connect.
public struct TCPListener: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Listens at the one address, or at every one, of both families where this machine has IPv6.
    public init(at own: SocketAddress? = nil, port: UInt16) throws(SystemError) {
        let place = own.map {
            SocketAddress(high: $0.high, low: $0.low, port: port, scope: $0.scope)
        }
        var address = (place ?? .any(port: port)).raw
        var raw = unsafe clinux_tcp_listen(place?.family == .ipv4 ? 0 : 1, &address)
        if own == nil, raw == -EAFNOSUPPORT {
            address = SocketAddress.anyIPv4(port: port).raw
            raw = unsafe clinux_tcp_listen(0, &address)
        }
        let advice = raw == -EADDRINUSE ? "another program listens there" : ""
        guard raw >= 0 else {
            throw SystemError(operation: "listen on TCP port \(port)", errno: -raw, advice: advice)
        }
        descriptor = FileDescriptor(owning: raw)
    }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// The next connection on which something has come, and where it came from; nil when none
    /// waits.
    ///
    /// Also nil when it has ended already, or when the process has too many open files.
    public borrowing func accept() -> TCPStream? {
        var from = clinux_address()
        let raw = unsafe clinux_tcp_accept(descriptor.raw, &from)
        return raw >= 0
            ? TCPStream(FileDescriptor(owning: raw), from: SocketAddress(from)) : nil
    }
}
