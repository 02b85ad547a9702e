internal import CLinux

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
