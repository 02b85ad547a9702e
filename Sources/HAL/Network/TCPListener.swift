internal import CLinux
public import Time

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

    /// The next connection, and where it came from; nil when none comes until then,
    /// or it is later already.
    public borrowing func accept(until deadline: Instant) -> TCPStream? {
        while Clock.now() < deadline, waitFor(descriptor, CLINUX_READABLE, until: deadline) {
            var from = clinux_address()
            let raw = unsafe clinux_tcp_accept(descriptor.raw, &from)
            if raw >= 0 {
                return TCPStream(FileDescriptor(owning: raw), from: SocketAddress(from))
            }
        }
        return nil
    }
}

/// Waits until the descriptor is ready; false at the deadline.
func waitFor(
    _ descriptor: borrowing FileDescriptor, _ events: UInt32, until deadline: Instant
) -> Bool {
    while true {
        let left = max(0, (deadline - Clock.now()).milliseconds)
        let result = clinux_poll(descriptor.raw, Int16(events), Int32(clamping: left))
        if result > 0 { return true }
        // A signal ends a wait early; the deadline stays.
        if result == 0 || result != -EINTR { return false }
    }
}
