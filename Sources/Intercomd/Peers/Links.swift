internal import Config
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The control thread's view of the network.
///
/// It finds the addresses of peers, asks the kernel about them, checks this machine's own
/// addresses, and sets the kernel's filter of data packets.
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

    /// The socket that sends handshakes and receives their answers.
    let socket: UDPSocket
    /// The socket for handshakes that other stations begin.
    let initiations: UDPSocket
    /// The limit on reading `initiations`.
    var intake = InitiationIntake()
    var resolver = Resolver()
    /// Nil where the kernel does not report changes; then the network is checked now and then.
    let networkWatch = try? NetworkWatch()
    /// Whether a link, an address or a route has changed since the last check.
    var hasChanged = false
    private var nextLook: Instant?
    /// The addresses of this machine.
    private(set) var ownHosts: Set<String> = []
    /// Why only peers on this machine are reachable; nil when all may be.
    private(set) var networkFault: Fault?
    /// Whether the addresses of peers may differ from the preferred ones.
    var areAddressesNews = false
    /// The addresses that the kernel prefers, and since when; nil before the first call.
    var preferred: (addresses: [Endpoint], since: Instant)?
    /// The probes, by the number of the peer.
    var probes = ByPeer<Probe?>(nil)
    /// The numbers of dropped handshake datagrams, by cause.
    private(set) var drops: [Drop: Int] = [:]
    /// The number of handshake datagrams that could not be sent.
    private(set) var unsent = 0
    /// The number of handshakes with peers that have left.
    var handshakesBefore: UInt64 = 0

    init(socket: consuming UDPSocket, initiations: consuming UDPSocket) {
        self.socket = socket
        self.initiations = initiations
    }

    /// Reads the next handshake datagram; nil when none waits.
    func nextHandshake(isInitiation: Bool) -> Handshake? {
        var bytes = InlineArray<1500, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        let arrived =
            isInitiation ? initiations.receive(into: &room) : socket.receive(into: &room)
        guard let arrived else { return nil }
        return Handshake(room: bytes, count: arrived.count, source: arrived.from)
    }

    mutating func send(_ datagram: HandshakeDatagram, to endpoint: Endpoint) {
        // An unsent datagram counts as lost, and is repeated.
        let sent = socket.send(datagram.bytes, to: SocketAddress(endpoint))
        if sent != .sent { countUnsent() }
    }

    mutating func countUnsent() { unsent += 1 }

    /// Whether anything has just changed; `hasChanged` keeps that for `beginsLook`.
    @discardableResult
    mutating func noteChanges() -> Bool {
        guard networkWatch?.hasChanged() ?? false else { return false }
        hasChanged = true
        return true
    }

    mutating func count(_ drop: Drop) { drops[drop, default: 0] += 1 }
}

/// The kernel's list of the addresses of data packets from peers.
extension Links {
    /// The least time between two programs for the kernel: a peer may change its address as often
    /// as it likes.
    private static let splitSpacing = Duration.milliseconds(250)

    /// The time for addresses that changed too soon after the last program.
    var addressesDue: Instant? {
        areAddressesNews ? preferred.map { $0.since + Self.splitSpacing } : nil
    }

    /// Gives the kernel the addresses of peers, so that it separates data packets from elsewhere:
    /// once a second, and when a session or a path has just shown a new address.
    mutating func preferAddresses(in table: borrowing PeerTable, at now: Instant) {
        guard areAddressesNews, preferred.map({ now - $0.since >= Self.splitSpacing }) ?? true
        else { return }
        areAddressesNews = false
        let addresses = table.addressesInUse
        guard addresses != preferred?.addresses else { return }
        preferred = (addresses, now)
        do throws(SystemError) {
            try socket.prefer(addresses.map { SocketAddress($0) })
        } catch {
            // Until the next change all sources are alike.
            try? socket.prefer(nil)
            Log.warning("a flood of data packets would disturb all peers: \(error)")
        }
    }
}

/// This machine's own network.
extension Links {
    private static let lookInterval = Duration.seconds(10)

    /// Whether to check the interfaces now: they have changed, or the last check is too old.
    mutating func beginsLook(at now: Instant) -> Bool {
        noteChanges()
        guard hasChanged || nextLook.map({ now >= $0 }) ?? true else { return false }
        (hasChanged, nextLook) = (false, now + Self.lookInterval)
        return true
    }

    /// Checks the interfaces of this machine through which these peers are reached.
    mutating func lookAtNetwork(
        for peers: [Int], _ table: borrowing PeerTable, listen: String?
    ) {
        let interfaces = NetworkInterface.all()
        ownHosts = Set((interfaces ?? []).flatMap { one in one.addresses.map { $0.host } })
        // A station without peers must be able to find its first one.
        var families: Set<SocketAddress.Family> = peers.isEmpty ? [.ipv4, .ipv6] : []
        for peer in peers {
            if let endpoint = table.state(of: peer)?.endpoint {
                let address = SocketAddress(endpoint)
                if !address.isLoopback { families.insert(address.family) }
            } else {
                families.formUnion([.ipv4, .ipv6])
            }
        }
        networkFault = nil
        guard !families.isEmpty, let interfaces else { return }
        let own = listen.flatMap { SocketAddress(host: $0, port: 0) }
        networkFault = NetworkFault(interfaces, for: Array(families), listen: own).map {
            Fault($0.code.description, of: "network", $0.text, fix: $0.fix)
        }
    }

    /// Returns the peers whose packets stay on this machine.
    func loopback(among peers: [Int], _ table: borrowing PeerTable) -> PeerSet {
        var found = PeerSet()
        for peer in peers {
            guard let endpoint = table.state(of: peer)?.endpoint else { continue }
            if SocketAddress(endpoint).isLoopback { found.insert(peer) }
        }
        return found
    }
}

/// The addresses of peers.
extension Links {
    /// Returns the numeric addresses, and whether all are numeric; names go to the resolver.
    mutating func lookUp(
        _ addresses: [PeerAddress], of peer: Int
    ) -> (endpoints: [Endpoint], isAll: Bool) {
        let numeric = addresses.compactMap { SocketAddress(host: $0.host, port: $0.port) }
        let isAll = numeric.count == addresses.count
        if !isAll { resolver.resolve(.init(peer: peer, addresses: addresses)) }
        return (numeric.map { Endpoint($0) }, isAll)
    }

    /// Sets a peer's addresses; `isElsewhere` says that they may differ from its former ones.
    static func setEndpoints(
        _ endpoints: [Endpoint], of peer: Int, isElsewhere: Bool, in table: inout PeerTable,
        _ now: Instant
    ) {
        if isElsewhere {
            table.moved(to: endpoints, peer: peer, at: now)
        } else {
            table.setEndpoints(endpoints, of: peer, at: now)
        }
    }
}

/// The kernel's report on whether a program listens at a peer's address.
extension Links {
    /// A question to the kernel that is under way.
    struct Probe {
        let probe: UDPProbe
        let endpoint: Endpoint
        let end: Instant
    }

    /// How long an ICMP message may take; the kernel reports a neighbour that is off after 3 s.
    private static let probePatience = Duration.seconds(5)

    /// Begins to ask the kernel.
    ///
    /// - Returns: The outcome where the kernel cannot send the question and its reason concerns the
    ///   address.
    mutating func probe(_ peer: Int, _ endpoint: Endpoint, at now: Instant) -> ProbeOutcome? {
        do throws(UDPProbe.Fault) {
            let probe = try UDPProbe(to: SocketAddress(endpoint))
            probes[peer] = Probe(
                probe: probe, endpoint: endpoint, end: now + Self.probePatience)
            return nil
        } catch { return ProbeOutcome(error) }
    }

    /// Returns the kernel's answer for a peer, or its silence after the time for an answer.
    ///
    /// - Returns: Nil where no question was sent, where an answer may still come, and where the
    ///   answer does not concern the address.
    mutating func probeOutcome(
        of peer: Int, at now: Instant
    ) -> (endpoint: Endpoint, outcome: ProbeOutcome)? {
        guard let sent = probes[peer] else { return nil }
        let fault = sent.probe.fault()
        guard fault != nil || now >= sent.end else { return nil }
        probes[peer] = nil
        guard let outcome = fault.map({ ProbeOutcome($0) }) ?? .silent else { return nil }
        return (sent.endpoint, outcome)
    }
}

extension ProbeOutcome {
    /// Nil for a fault that does not concern the address.
    fileprivate init?(_ fault: UDPProbe.Fault) {
        switch fault {
        case .portClosed: self = .portClosed
        case .unreachable: self = .unreachable
        case .noRoute: self = .noRoute
        case .blocked: self = .blocked
        case .other: return nil
        }
    }
}

/// The limit on first messages of handshakes: when the control loop reads them, and how many.
///
/// In a flood each message would wake the loop, and a turn costs more than the message. So after a
/// turn with many the rest stays in the kernel for a while, and first messages have a share of the
/// processor, however slow it is. Sound, people and answers to this station's own handshakes never
/// wait for them.
struct InitiationIntake {
    /// More messages than this in a turn are a flood.
    static let calm = 4
    static let mostPerTurn = 128
    /// How long the rest stays in the kernel.
    ///
    /// The kernel keeps about ninety messages; in a longer time it would lose more than the loop
    /// has time for.
    static let rest = Duration.milliseconds(2)
    /// The share of the time for first messages, in tenths; below, how much of it they can save up,
    /// in ns: on a busy machine the loop comes late, and then finds more messages.
    static let share: Int64 = 3
    static let mostSaved: Int64 = 3_000_000
    /// The most excess use that is remembered, in ns: it costs a rest of a second.
    static let mostOwed: Int64 = 300_000_000

    /// The time until which first messages stay in the kernel; nil while the socket wakes the loop.
    private(set) var restsUntil: Instant?
    /// The processor time left for first messages at the time `savedAt`, in ns; below zero they
    /// have used too much, and rest until the debt is paid.
    private var saved = mostSaved
    private var savedAt = Instant(nanoseconds: 0)
    private var busyFrom: Int64 = 0

    /// Begins a turn, at this processor time of the thread.
    mutating func begin(busy: Int64, at now: Instant) {
        let passed = min((now - savedAt).nanoseconds, Self.mostOwed * 10)
        saved = min(saved + passed / 10 * Self.share, Self.mostSaved)
        savedAt = now
        busyFrom = busy
    }

    /// Whether the turn may read one more message.
    func mayTake(after count: Int, busy: @autoclosure () -> Int64) -> Bool {
        guard count < Self.mostPerTurn else { return false }
        // The kernel is asked for the time only when there are many messages.
        return count <= Self.calm || busy() - busyFrom < saved
    }

    /// Notes the number of messages read in this turn.
    ///
    /// - Returns: Whether to leave the socket alone until `restsUntil`.
    mutating func end(
        after count: Int, busy: @autoclosure () -> Int64, at now: Instant
    ) -> Bool {
        guard count > 0 else { return false }
        saved = max(saved - (busy() - busyFrom), -Self.mostOwed)
        guard count > Self.calm || saved < 0 else { return false }
        restsUntil = now + max(Self.rest, .nanoseconds(max(0, -saved) * 10 / Self.share))
        return true
    }

    /// Whether the rest is over.
    mutating func ends(at now: Instant) -> Bool {
        guard let restsUntil, now >= restsUntil else { return false }
        self.restsUntil = nil
        return true
    }
}

/// Turns host names into addresses.
///
/// Each name has a thread of its own, so a silent name server delays only the names that it is
/// asked for.
///
/// A peer has one question at a time, and a pairing has one. Every retry looks a name up again, so
/// a peer with a new address is found.
struct Resolver {
    struct Question {
        /// Nil for a pairing.
        let peer: Int?
        let addresses: [PeerAddress]
    }

    struct Answer {
        let question: Question
        /// The addresses found so far.
        ///
        /// Each name that is found makes an answer, and so does the last of several that are not
        /// found.
        let endpoints: [Endpoint]
        /// The error of the last name without an address.
        let complaint: String?
    }

    /// A question with names that are still being looked up.
    private struct Search {
        let question: Question
        /// The lookups by the place of the address; nil where there is an answer.
        var lookUps: [NameLookup?]
        var found: [Endpoint] = []
        var complaint: String?

        var isOver: Bool { lookUps.allSatisfy { $0 == nil } }

        /// Takes the answers that are there; returns whether there is news.
        mutating func look() -> Bool {
            let before = found.count
            for place in lookUps.indices {
                guard let lookUp = lookUps[place] else { continue }
                switch lookUp.answer() {
                case .silent: continue
                case .failed(let error): complaint = error.description
                case .found(let addresses):
                    let port = question.addresses[place].port
                    found += addresses.map {
                        Endpoint(high: $0.high, low: $0.low, port: port, scope: $0.scope)
                    }
                }
                lookUps[place] = nil
            }
            return found.count > before || isOver && found.isEmpty
        }
    }

    private var searches: [Search] = []

    /// The time for the next look at the answers; nil while no name is looked up.
    func deadline(at now: Instant) -> Instant? {
        searches.flatMap { $0.lookUps }.compactMap { $0?.look(at: now) }.min()
    }

    /// Looks up a peer's addresses, unless a lookup for the peer is under way.
    mutating func resolve(_ question: Question) {
        guard !searches.contains(where: { $0.question.peer == question.peer }) else { return }
        let lookUps = question.addresses.map { Optional(NameLookup($0.host)) }
        searches.append(Search(question: question, lookUps: lookUps))
    }

    /// Returns the next answer; nil when there is none.
    mutating func next() -> Answer? {
        for place in searches.indices {
            let isNews = searches[place].look()
            let search = searches[place]
            guard isNews || search.isOver else { continue }
            if search.isOver { searches.remove(at: place) }
            guard isNews else { return next() }
            return Answer(
                question: search.question, endpoints: search.found,
                complaint: search.found.isEmpty ? search.complaint : nil)
        }
        return nil
    }
}
