internal import CLinux

/// A socket for multicast DNS in one family of addresses on one interface (RFC 6762).
///
/// It hears only datagrams to the group on that interface, beside any other program that has the
/// port.
public struct MulticastSocket: ~Copyable, Sendable {
    /// One datagram; its bytes are in the caller's buffer.
    public struct Arrival: Equatable, Sendable {
        public let count: Int
        public let from: SocketAddress
        /// 255 when no router has forwarded the datagram, if the sender chose 255 to show that; 0
        /// where the kernel does not report it.
        public let hopLimit: Int
    }

    private let descriptor: FileDescriptor
    private let family: SocketAddress.Family
    private let interface: UInt32
    private let source: SocketAddress

    /// Joins the group on an interface.
    ///
    /// With a `source` it sends from that address, else from one that the kernel chooses.
    public init(
        _ family: SocketAddress.Family, on interface: NetworkInterface,
        from source: SocketAddress? = nil
    ) throws(SystemError) {
        self.family = family
        self.interface = interface.index
        self.source = source ?? .any(port: 0)
        var address = self.source.raw
        let raw = unsafe clinux_multicast_make(
            family == .ipv6 ? 1 : 0, interface.index, &address)
        let advice =
            raw == -EADDRINUSE ? "another program has it for itself (sudo ss -ulpn shows it)" : ""
        descriptor = try FileDescriptor(
            raw, "open UDP port 5353 on \(interface.name)", advice: advice)
    }

    /// The descriptor to watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Sends one datagram to the group.
    public borrowing func send(_ bytes: Span<UInt8>) -> SendResult {
        var address = source.raw
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the bytes and the address are read during the call only.
            unsafe clinux_multicast_send(
                descriptor.raw, family == .ipv6 ? 1 : 0, interface, &address,
                buffer.baseAddress!, buffer.count)
        }
        return result >= 0 ? .sent : UDPSocket.classify(Int32(-result))
    }

    /// Takes the next datagram, or as much of it as fits; nil when none is waiting.
    public borrowing func receive(into bytes: inout MutableSpan<UInt8>) -> Arrival? {
        var from = clinux_address()
        var hopLimit: Int32 = 0
        let size = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: at most `count` bytes are written, during the call only.
            unsafe clinux_multicast_receive(
                descriptor.raw, buffer.baseAddress!, buffer.count, &from, &hopLimit)
        }
        guard size >= 0 else { return nil }
        return Arrival(
            count: min(size, bytes.count), from: SocketAddress(from), hopLimit: Int(hopLimit))
    }
}
