public import Crypto
public import Wire

/// An order of the peer table to its caller; drain the orders to nil after every call.
public enum SessionAction: ~Copyable {
    /// A handshake message for the handshake socket.
    case transmit(HandshakeDatagram, to: Endpoint)
    /// Media: put the session into `next`, replacing the session there.
    case install(peer: Int, SessionKeys, endpoint: Endpoint)
    /// Media: seal on the session with this index of ours; send to the peer's endpoint when `to` is
    /// nil.
    case send(peer: Int, index: UInt32, ControlPayload, to: Endpoint?)
    /// Media: a cover packet on `current`.
    case cover(peer: Int)
    /// Media: erase this session, if it still exists.
    case drop(peer: Int, index: UInt32)
    /// Media: the peer's endpoint from now on.
    case endpoint(peer: Int, Endpoint)
    /// The kernel: find out whether a program listens at the address.
    ///
    /// An M1 was not answered. Send an empty datagram, which no station answers; `probed` takes the
    /// outcome.
    case probe(peer: Int, Endpoint)
    /// The resolver: an M1 has just been sent, so look the peer's name up again.
    case resolve(peer: Int)
    /// The peer can be talked to.
    ///
    /// `newBoot` is true at the first session since our own start, and after a restart of the peer.
    case up(peer: Int, newBoot: Bool)
    /// The peer cannot be talked to any longer.
    case down(peer: Int)
}

/// The bytes of a handshake message to be sent.
public struct HandshakeDatagram: Sendable {
    public static let capacity = HandshakeLayout.Initiation.size

    private var storage = InlineArray<1232, UInt8>(repeating: 0)
    public let count: Int

    /// Makes a datagram of zeros.
    init(count: Int) {
        precondition(count <= Self.capacity)
        self.count = count
    }

    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(0..<count) }
    }

    var mutableBytes: MutableSpan<UInt8> {
        @_lifetime(&self)
        mutating get {
            storage.mutableSpan._consumingExtracting(0..<count)
        }
    }
}

/// The actions not yet fetched, in a ring that grows when they pile up.
///
/// Timers run one peer at a time, while actions are fetched, so few actions wait, and each place
/// takes more than a kilobyte. `initial` places hold the actions of one call on the peer table;
/// more calls before a fetch only cost memory.
struct ActionQueue: ~Copyable {
    static let initial = 4

    /// A place in the ring, on the heap, so that the peer table stays small.
    private final class Place {
        var action: SessionAction?
    }

    private var places = (0..<initial).map { _ in Place() }
    private var read = 0
    private var written = 0

    var isEmpty: Bool { read == written }

    mutating func push(_ action: consuming SessionAction) {
        if written - read == places.count { grow() }
        places[written % places.count].action = consume action
        written += 1
    }

    mutating func pop() -> SessionAction? {
        guard read < written else { return nil }
        defer { read += 1 }
        return places[read % places.count].action.take()
    }

    /// Doubles the places, with the waiting actions in front.
    private mutating func grow() {
        let first = read % places.count
        let count = places.count
        places = places[first...] + places[..<first] + (0..<count).map { _ in Place() }
        (read, written) = (0, count)
    }
}
