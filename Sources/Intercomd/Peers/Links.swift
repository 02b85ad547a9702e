internal import HAL
internal import Peering
internal import Presentation
internal import Station
internal import Time
internal import Wire

/// All that the control thread has of the network.
///
/// - `Links+Names` finds the addresses of peers,
/// - `Links+Probes` asks the kernel about them,
/// - `Links+Network` looks at this machine's own,
/// - `Links+Addresses` tells the kernel which packets come first.
struct Links: ~Copyable {
    /// A handshake datagram that has arrived.
    struct Handshake {
        fileprivate let room: InlineArray<1500, UInt8>
        fileprivate let count: Int
        let source: SocketAddress

        var bytes: Span<UInt8> {
            @_lifetime(borrow self)
            borrowing get { room.span.extracting(first: count) }
        }
    }

    /// Handshakes go out here, and answers to ours come.
    let socket: UDPSocket
    /// Where other stations begin theirs.
    let initiations: UDPSocket
    /// When those are taken.
    var intake = InitiationIntake()
    var resolver = Resolver()
    /// Nil where the kernel does not tell of changes; then the network is looked at now and then.
    let networkWatch = try? NetworkWatch()
    /// A link, an address or a route of this machine has changed since it was last looked at.
    private var hasChanged = false
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    /// Whether the addresses of peers may be others than those below.
    var areAddressesNews = false
    /// Those that the kernel prefers, and since when; nil before it was told.
    var preferred: (addresses: [Endpoint], since: Instant)?
    /// By the number of the peer.
    var probes = ByPeer<Probe?>(nil)
    /// Handshake datagrams dropped, by `Drop.counter`.
    private(set) var drops = [Int](repeating: 0, count: Drop.names.count)
    /// Handshake datagrams that could not be sent.
    private(set) var unsent = 0
    /// Handshakes of peers that have left.
    var handshakesBefore: UInt64 = 0

    init(socket: consuming UDPSocket, initiations: consuming UDPSocket) {
        self.socket = socket
        self.initiations = initiations
    }

    /// The next handshake datagram; nil when none waits.
    func nextHandshake(isInitiation: Bool) -> Handshake? {
        var bytes = InlineArray<1500, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        let arrived =
            isInitiation ? initiations.receive(into: &room) : socket.receive(into: &room)
        guard let arrived else { return nil }
        return Handshake(room: bytes, count: arrived.count, source: arrived.from)
    }

    mutating func send(_ datagram: HandshakeDatagram, to endpoint: Endpoint) {
        // Not sent is lost, and lost is repeated.
        let sent = socket.send(datagram.bytes, to: SocketAddress(endpoint))
        if sent != .sent { unsent += 1 }
    }

    /// Whether a link, an address or a route of this machine has changed since the last call.
    mutating func hasNetworkChanged() -> Bool {
        noteChanges()
        defer { hasChanged = false }
        return hasChanged
    }

    /// Whether anything has changed just now; that is kept for `hasNetworkChanged`, too.
    @discardableResult
    mutating func noteChanges() -> Bool {
        guard networkWatch?.hasChanged() ?? false else { return false }
        hasChanged = true
        return true
    }

    mutating func count(_ drop: Drop) { drops[drop.counter] += 1 }
}
