internal import CLinux

/// The four UDP sockets on the daemon's one port.
///
/// A datagram whose first byte is below 0x10 belongs to a handshake (protocol.md §1.1) and goes to
/// the control thread, all others to the media loop: a flood of handshakes cannot disturb the
/// sound. First messages of handshakes have a socket of their own: a flood of them cannot push the
/// answers to our own handshakes out of the kernel's buffer. Data packets from addresses that
/// `UDPSocket.prefer` does not name have one too: a flood of them cannot push out the sound of
/// peers. All sockets can send, and all must stay open: the kernel would give a closed socket's
/// number to another one.
@frozen public struct PortSockets: ~Copyable {
    public var handshake: UDPSocket
    public var data: UDPSocket
    /// First messages of other stations' handshakes.
    public var initiations: UDPSocket
    /// Data packets from addresses that are not preferred; none before the first `prefer`.
    public var strays: UDPSocket

    /// Room for bursts while the media loop is busy; the kernel may grant less.
    private static let dataReceiveSize: Int32 = 256 * 1024
    private static let handshakeReceiveSize: Int32 = 128 * 1024
    private static let initiationReceiveSize: Int32 = 256 * 1024
    private static let strayReceiveSize: Int32 = 128 * 1024
    private static let sendSize: Int32 = 128 * 1024

    /// Opens all four sockets.
    ///
    /// If `listen` is nil they are bound to every address of the machine: IPv6 and IPv4, or IPv4
    /// alone where there is no IPv6. Port 0 lets the kernel choose. Outgoing packets are marked as
    /// voice.
    public init(listen: SocketAddress? = nil, port: UInt16) throws(SystemError) {
        if let listen {
            try self.init(on: listen.at(port: port))
            return
        }
        do throws(SystemError) {
            try self.init(on: .any(port: port))
        } catch {
            // The kernel may lack IPv6, or have IPv6 switched off (ipv6.disable=1).
            guard error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL else { throw error }
            try self.init(on: .anyIPv4(port: port))
        }
    }

    private init(on address: SocketAddress) throws(SystemError) {
        let isIPv6 = address.family == .ipv6
        // The first socket binds alone, so that a second daemon is refused and does not get half of
        // the packets. Only then do the others join, in the order of `clinux_port_socket`.
        let first = try Self.open(address, Self.handshakeReceiveSize)
        try Self.share(first)
        let local = try Self.local(first)
        let second = try Self.open(local, Self.dataReceiveSize, joins: true)
        let third = try Self.open(local, Self.initiationReceiveSize, joins: true)
        let fourth = try Self.open(local, Self.strayReceiveSize, joins: true)
        _ = try SystemError.check(
            clinux_udp_stamp(second.raw), "have the kernel stamp datagrams")
        let handshake = UDPSocket(owning: first, isIPv6: isIPv6, local: local)
        try handshake.prefer(nil)
        self.handshake = handshake
        data = UDPSocket(owning: second, isIPv6: isIPv6, local: local)
        initiations = UDPSocket(owning: third, isIPv6: isIPv6, local: local)
        strays = UDPSocket(owning: fourth, isIPv6: isIPv6, local: local)
    }

    /// Opens a socket at an address; to join others there, it first sets that option.
    private static func open(
        _ address: SocketAddress, _ receiveSize: Int32, joins: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        let isIPv6: Int32 = address.family == .ipv6 ? 1 : 0
        let socket = try FileDescriptor(
            clinux_udp_make(isIPv6, sendSize, receiveSize), "make a UDP socket")
        if joins { try share(socket) }
        try bind(socket.raw, isIPv6, address)
        return socket
    }

    private static func share(_ socket: borrowing FileDescriptor) throws(SystemError) {
        _ = try SystemError.check(clinux_udp_share_port(socket.raw), "share the UDP port")
    }

    private static func bind(
        _ socket: Int32, _ isIPv6: Int32, _ address: SocketAddress
    ) throws(SystemError) {
        var raw = address.raw
        let result = unsafe clinux_udp_bind(socket, isIPv6, &raw)
        let advice =
            switch -result {
            case EADDRINUSE:
                "another program, perhaps another intercomd, has UDP port \(address.port): "
                    + "stop it (ss -ulpn shows it), or set another `port` in [network]"
            case EADDRNOTAVAIL:
                "this machine has no such address: see `listen` in [network]"
            case EACCES:
                "ports below 1024 need rights the service does not have"
            default: ""
            }
        _ = try SystemError.check(result, "bind UDP \(address)", advice: advice)
    }

    private static func local(
        _ socket: borrowing FileDescriptor
    ) throws(SystemError) -> SocketAddress {
        var raw = clinux_address()
        _ = try SystemError.check(
            unsafe clinux_udp_local(socket.raw, &raw), "look at a UDP socket's port")
        return SocketAddress(raw)
    }
}
