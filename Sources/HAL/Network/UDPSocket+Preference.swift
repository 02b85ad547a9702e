internal import CLinux

extension UDPSocket {
    /// Addresses that may be preferred at once.
    public static let preferredMax = Int(CLINUX_PREFERRED_MAX)

    /// The lowest first byte of a data packet.
    private static let firstDataByte: UInt8 = 0x10
    /// The first byte of a handshake's first message.
    private static let initiationByte: UInt8 = 0x01

    /// Has the kernel give data packets from other addresses than these to `PortSockets.strays`.
    ///
    /// Any socket of the port will do. Nil, and more than `preferredMax`: none goes there. The
    /// kernel does not look at the interface of a link-local address. It gets another program each
    /// time, so ask only when the addresses are others.
    ///
    /// - Throws: `SystemError`; then nothing has changed.
    public borrowing func prefer(_ addresses: [SocketAddress]?) throws(SystemError) {
        let isBounded = (addresses?.count ?? 0) <= UDPSocket.preferredMax
        let all = isBounded ? addresses.map { $0.map { $0.raw } } : nil
        let list = all ?? []
        let count = all.map { Int32($0.count) } ?? -1
        let result = unsafe list.withUnsafeBufferPointer { places in
            // SAFETY: the addresses are read during the call only.
            unsafe clinux_udp_split(
                fd, UDPSocket.initiationByte, UDPSocket.firstDataByte, places.baseAddress, count)
        }
        _ = try SystemError.check(result, "split UDP port \(local.port)")
    }
}
