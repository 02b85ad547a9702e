internal import HAL
internal import Presentation
internal import Session
internal import Wire

/// All that the control thread has of the network.
struct Links: ~Copyable {
    /// A question to the kernel whether anything listens where a peer should be.
    struct Probe {
        let probe: UDPProbe
        let endpoint: Endpoint
    }

    /// Handshakes come and go here.
    let socket: UDPSocket
    let resolver: Resolver
    /// Nil where the kernel does not tell of changes; then the network is looked at now and then.
    let networkWatch = try? NetworkWatch()
    /// The addresses of this machine.
    var ownHosts: Set<String> = []
    /// By the number of the peer.
    var probes = [Probe?](repeating: nil, count: Roster.capacity)
    /// Handshake datagrams dropped, by `Drop.counter`.
    var drops = [Int](repeating: 0, count: Drop.names.count)
    /// Handshake datagrams that the network refused to take.
    var unsent = 0
    /// Handshakes of peers that have left.
    var handshakesBefore: UInt64 = 0

    init(socket: consuming UDPSocket) throws(SystemError) {
        let resolver = try Resolver()
        try resolver.start()
        self.resolver = resolver
        self.socket = socket
    }
}
