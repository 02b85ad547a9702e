internal import CLinux

/// The outcome of handing one datagram to the kernel.
public enum SendResult: Equatable, Sendable {
    case sent
    /// The interface's queue is full: dropping sound is better than sending it late.
    case wouldBlock
    /// No route to that address now; a cable or Wi-Fi may restore it.
    case unreachable
    /// Any other failure, with its errno.
    case failed(Int32)
}

/// One received datagram; its bytes are in the caller's buffer.
public struct Datagram: Equatable, Sendable {
    /// The bytes written to the buffer.
    public let count: Int
    public let from: SocketAddress
    /// The datagram was longer than the buffer, and its end is lost.
    public let isTruncated: Bool
}

/// A nonblocking UDP socket of one or both IP families.
public struct UDPSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    let isIPv6: Bool

    /// The local address, with the port the kernel chose if none was given.
    public let local: SocketAddress

    init(owning descriptor: consuming FileDescriptor, isIPv6: Bool, local: SocketAddress) {
        self.descriptor = descriptor
        self.isIPv6 = isIPv6
        self.local = local
    }

    /// The descriptor to watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Sends one datagram.
    ///
    /// Real-time: one system call, no allocation.
    public borrowing func send(_ bytes: Span<UInt8>, to address: SocketAddress) -> SendResult {
        var raw = address.raw
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            // SAFETY: the bytes and the address are read during the call only.
            unsafe clinux_udp_send(
                descriptor.raw, isIPv6 ? 1 : 0, buffer.baseAddress, buffer.count, &raw)
        }
        return result >= 0 ? .sent : UDPSocket.classify(Int32(-result))
    }

    /// Takes the next datagram; nil when none is waiting.
    ///
    /// Real-time: one system call, no allocation.
    public borrowing func receive(into bytes: inout MutableSpan<UInt8>) -> Datagram? {
        var from = clinux_address()
        let capacity = bytes.count
        let size = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: at most `count` bytes are written, during the call only.
            unsafe clinux_udp_receive(descriptor.raw, buffer.baseAddress, buffer.count, &from)
        }
        guard size >= 0 else { return nil }
        return Datagram(
            count: min(size, capacity), from: SocketAddress(from), isTruncated: size > capacity)
    }

    /// Takes the waiting datagrams, and replaces those in the inbox.
    ///
    /// Real-time: one system call, no allocation.
    public borrowing func receive(into inbox: inout DatagramInbox) {
        inbox.fill(from: descriptor.raw)
    }

    /// Sends all datagrams of the outbox, which then has the outcome of each.
    ///
    /// Real-time: one system call, and one more for each datagram that cannot be sent; no
    /// allocation.
    public borrowing func send(_ outbox: inout DatagramOutbox) {
        outbox.send(by: descriptor.raw)
    }

    /// Returns how many datagrams the kernel has dropped since the socket was made, because its
    /// buffer was full.
    ///
    /// It takes a descriptor, so that a thread that does not own the socket can ask.
    public static func overflow(of fd: Int32) -> Int { max(0, Int(clinux_udp_overflow(fd))) }

    static func classify(_ errno: Int32) -> SendResult {
        switch errno {
        case EAGAIN, ENOBUFS, ENOMEM: .wouldBlock
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, ENODEV,
            ENXIO:
            .unreachable
        default: .failed(errno)
        }
    }
}

extension UDPSocket {
    /// Addresses that may be preferred at once.
    public static let preferredMax = Int(CLINUX_PREFERRED_MAX)

    /// The lowest first byte of a data packet.
    private static let firstDataByte: UInt8 = 0x10
    /// The first byte of a handshake's first message.
    private static let initiationByte: UInt8 = 0x01

    /// Makes the kernel give data packets from all other addresses to `PortSockets.strays`.
    ///
    /// Any socket of the port will do. With nil, or more than `preferredMax` addresses, no packet
    /// goes to the strays. The kernel does not look at the interface of a link-local address. Each
    /// call loads another program into the kernel, so call only when the addresses have changed.
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

/// A check whether a program listens at an address: an empty datagram, which no station answers.
///
/// It has a socket of its own, because the kernel reports an error only to the socket whose port
/// the ICMP message quotes: an attacker who cannot see the datagram cannot forge one.
public final class UDPProbe {
    /// The kernel's error for an address.
    public enum Fault: Error, Equatable, Sendable {
        case portClosed
        case unreachable
        /// The kernel found no route before anything was sent.
        case noRoute
        case blocked
        /// No socket, no memory: no evidence about the address.
        case other
    }

    private let descriptor: FileDescriptor

    /// Sends the datagram.
    public init(to address: SocketAddress) throws(Fault) {
        var raw = address.raw
        // SAFETY: the address is read during the call only.
        let result = unsafe clinux_udp_probe(&raw)
        guard result >= 0 else { throw Self.fault(before: -result) }
        descriptor = FileDescriptor(owning: result)
    }

    /// Returns the error that has come since; nil while there is none.
    public func fault() -> Fault? {
        switch -clinux_socket_error(descriptor.raw) {
        case 0: nil
        case ECONNREFUSED: .portClosed
        case EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN, EACCES: .unreachable
        default: .other
        }
    }

    private static func fault(before errno: Int32) -> Fault {
        switch errno {
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT, ENODEV,
            EINVAL:
            .noRoute
        case EPERM, EACCES: .blocked
        default: .other
        }
    }
}

/// The datagrams that one system call took from a UDP socket, and their sources.
///
/// One call takes all that wait: with single calls, only a further call would show that no more
/// wait. All memory is allocated in `init`; real-time after that.
@safe public struct DatagramInbox: ~Copyable {
    /// The most datagrams taken at once; after so many, more may wait.
    public static let capacity = Int(CLINUX_INBOX_COUNT)

    private let inbox: OpaquePointer
    /// The number of datagrams now.
    public private(set) var count = 0

    /// - Throws: `SystemError` when there is no memory.
    public init() throws(SystemError) {
        guard let inbox = unsafe clinux_inbox_make() else {
            throw SystemError(operation: "take memory for datagrams", errno: ENOMEM)
        }
        unsafe self.inbox = inbox
    }

    deinit { unsafe clinux_inbox_free(inbox) }

    /// Takes the datagrams that wait at a socket, and replaces the former ones.
    mutating func fill(from descriptor: Int32) {
        count = Int(unsafe clinux_inbox_receive(inbox, descriptor))
    }

    /// One datagram's size and source; its bytes are `bytes(of:)`.
    public subscript(_ index: Int) -> Datagram {
        precondition(index >= 0 && index < count)
        var from = clinux_address()
        var size = 0
        // SAFETY: the last call filled `count` places.
        unsafe clinux_inbox_source(inbox, Int32(index), &from)
        _ = unsafe clinux_inbox_bytes(inbox, Int32(index), &size)
        let room = Int(CLINUX_INBOX_ROOM)
        return Datagram(
            count: min(size, room), from: SocketAddress(from), isTruncated: size > room)
    }

    /// Returns how long a datagram had waited in the kernel when it was taken, at least 0.
    ///
    /// Measured by the wall clock: wrong when that clock was set meanwhile. 0 where the kernel does
    /// not know.
    public func waited(_ index: Int) -> Duration {
        precondition(index >= 0 && index < count)
        return .nanoseconds(max(0, unsafe clinux_inbox_waited(inbox, Int32(index))))
    }

    /// Returns the bytes of one datagram, cut to the room for it.
    @_lifetime(borrow self)
    public func bytes(of index: Int) -> Span<UInt8> {
        precondition(index >= 0 && index < count)
        var size = 0
        let start = unsafe clinux_inbox_bytes(inbox, Int32(index), &size)
        // SAFETY: the bytes belong to the inbox, which lives as long as this value.
        let span = unsafe Span(
            _unsafeStart: start!, count: min(size, Int(CLINUX_INBOX_ROOM)))
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}

/// Datagrams that one system call hands to the kernel.
///
/// All copies of a frame are sealed first, and only then sent: in alternation, sealing and the
/// kernel's network code would evict each other from the processor's caches. All memory is
/// allocated in `init`; real-time after that.
@safe public struct DatagramOutbox: ~Copyable {
    /// The most datagrams sent at once.
    public static let capacity = Int(CLINUX_OUTBOX_COUNT)
    /// The size of the longest datagram, in bytes.
    public static let room = Int(CLINUX_OUTBOX_ROOM)

    private let outbox: OpaquePointer
    private let isIPv6: Bool
    private var tags = InlineArray<16, Int32>(repeating: 0)
    private var bytes = InlineArray<16, Int32>(repeating: 0)
    /// The number of datagrams that the last send handled, sent or not.
    public private(set) var count = 0

    /// - Throws: `SystemError` when there is no memory.
    public init(for socket: borrowing UDPSocket) throws(SystemError) {
        guard let outbox = unsafe clinux_outbox_make() else {
            throw SystemError(operation: "take memory for datagrams", errno: ENOMEM)
        }
        unsafe self.outbox = outbox
        isIPv6 = socket.isIPv6
    }

    deinit { unsafe clinux_outbox_free(outbox) }

    /// Whether the outbox must be sent before another datagram fits.
    public var isFull: Bool { unsafe clinux_outbox_is_full(outbox) != 0 }

    /// The room for the next datagram; valid only while the outbox is not full.
    public var next: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            precondition(!isFull)
            // SAFETY: there is room for the longest, in memory that lives as long as this value.
            let span = unsafe MutableSpan(
                _unsafeStart: clinux_outbox_room(outbox), count: Self.room)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// The bytes that `next` was given, for reading; valid only while the outbox is not full.
    public var written: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            precondition(!isFull)
            // SAFETY: as above.
            let span = unsafe Span(_unsafeStart: clinux_outbox_room(outbox), count: Self.room)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Queues the datagram written to `next`; `tag` identifies it after the send.
    ///
    /// False when the socket's family cannot reach the address; then nothing is queued.
    public mutating func append(size: Int, to address: SocketAddress, tag: Int) -> Bool {
        precondition(!isFull && size > 0 && size <= Self.room)
        var raw = address.raw
        let index = Int(unsafe clinux_outbox_add(outbox, size, isIPv6 ? 1 : 0, &raw))
        guard index >= 0 else { return false }
        tags[index] = Int32(truncatingIfNeeded: tag)
        bytes[index] = Int32(size + address.datagramOverhead)
        return true
    }

    mutating func send(by descriptor: Int32) {
        count = Int(unsafe clinux_outbox_send(outbox, descriptor))
    }

    /// The outcome for one datagram of the last send.
    public subscript(_ index: Int) -> Sent {
        precondition(index >= 0 && index < count)
        let errno = unsafe clinux_outbox_error(outbox, Int32(index))
        return Sent(
            result: errno == 0 ? .sent : UDPSocket.classify(errno), tag: Int(tags[index]),
            bytes: Int(bytes[index]))
    }

    /// A datagram that was sent, or could not be sent.
    public struct Sent: Equatable, Sendable {
        public let result: SendResult
        /// The tag passed to `append`.
        public let tag: Int
        /// The datagram's size with the IP and UDP headers.
        public let bytes: Int
    }
}

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
