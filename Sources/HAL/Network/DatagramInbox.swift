internal import CLinux

/// The datagrams that one system call took from a UDP socket, and their sources.
///
/// One call takes all that wait. Taking them singly would need one more call to learn that there
/// are no more. All memory is allocated in `init`; real-time after that.
@safe public struct DatagramInbox: ~Copyable {
    /// The most datagrams taken at once; if there are so many, more may wait.
    public static let capacity = Int(CLINUX_INBOX_COUNT)

    private let inbox: OpaquePointer
    /// How many there are now.
    public private(set) var count = 0

    /// - Throws: `SystemError` when there is no memory.
    public init() throws(SystemError) {
        guard let inbox = unsafe clinux_inbox_make() else {
            throw SystemError(operation: "take memory for datagrams", errno: ENOMEM)
        }
        unsafe self.inbox = inbox
    }

    deinit { unsafe clinux_inbox_free(inbox) }

    /// Takes the datagrams that wait at a socket and replaces the former ones.
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

    /// How long a datagram had waited in the kernel when it was taken, at least 0.
    ///
    /// By the wall clock: wrong when that was set meanwhile. 0 where the kernel does not know.
    public func waited(_ index: Int) -> Duration {
        precondition(index >= 0 && index < count)
        return .nanoseconds(max(0, unsafe clinux_inbox_waited(inbox, Int32(index))))
    }

    /// The bytes of one datagram, cut to the room for it.
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
