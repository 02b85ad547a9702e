internal import Config
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// All that the control thread has of the network.
///
/// It finds the addresses of peers, asks the kernel about them, looks at this machine's own, and
/// tells the kernel which packets come first.
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
    var hasChanged = false
    private var nextLook: Instant?
    /// The addresses of this machine.
    private(set) var ownHosts: Set<String> = []
    /// The reason why no peer is reached but those on this machine; nil when there is none.
    private(set) var networkFault: Fault?
    /// Whether the addresses of peers may be others than those below.
    var areAddressesNews = false
    /// The addresses that the kernel prefers, and since when; nil before it was told.
    var preferred: (addresses: [Endpoint], since: Instant)?
    /// By the number of the peer.
    var probes = ByPeer<Probe?>(nil)
    /// Handshake datagrams dropped.
    private(set) var drops: [Drop: Int] = [:]
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

    /// Whether anything has changed just now; that is kept for `beginsLook`, too.
    @discardableResult
    mutating func noteChanges() -> Bool {
        guard networkWatch?.hasChanged() ?? false else { return false }
        hasChanged = true
        return true
    }

    mutating func count(_ drop: Drop) { drops[drop, default: 0] += 1 }
}

/// Where data packets of peers come from, as the kernel is told.
extension Links {
    /// The least time between two programs for the kernel: a peer may change its address as often
    /// as it likes.
    private static let splitSpacing = Duration.milliseconds(250)

    /// When the kernel is to be told what was news too soon after the last time.
    var addressesDue: Instant? {
        areAddressesNews ? preferred.map { $0.since + Self.splitSpacing } : nil
    }

    /// Tells the kernel at which addresses peers are, so that it keeps data packets from elsewhere
    /// apart: once a second, and when a session or a path has just shown it.
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
            // Until they change again, all are alike.
            try? socket.prefer(nil)
            Log.warning("a flood of data packets would disturb all peers: \(error)")
        }
    }
}

/// This machine's own network.
extension Links {
    private static let lookInterval = Duration.seconds(10)

    /// Whether to look at the interfaces now: they have changed, or the last look is long ago.
    mutating func beginsLook(at now: Instant) -> Bool {
        noteChanges()
        guard hasChanged || nextLook.map({ now >= $0 }) ?? true else { return false }
        (hasChanged, nextLook) = (false, now + Self.lookInterval)
        return true
    }

    /// Looks at the interfaces of this machine, by which these peers are to be reached.
    mutating func lookAtNetwork(
        for peers: [Int], _ table: borrowing PeerTable, listen: String?
    ) {
        let interfaces = NetworkInterface.all()
        ownHosts = Set((interfaces ?? []).flatMap { one in one.addresses.map { $0.host } })
        // A station without peers is to find its first one.
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

    /// The peers whose packets stay on this machine.
    func loopback(among peers: [Int], _ table: borrowing PeerTable) -> PeerSet {
        var found = PeerSet()
        for peer in peers {
            guard let endpoint = table.state(of: peer)?.endpoint else { continue }
            if SocketAddress(endpoint).isLoopback { found.insert(peer) }
        }
        return found
    }
}

/// Where peers are.
extension Links {
    /// Gives the addresses that are numbers, and whether those are all; names go to the resolver.
    mutating func lookUp(
        _ addresses: [PeerAddress], of peer: Int
    ) -> (endpoints: [Endpoint], isAll: Bool) {
        let numeric = addresses.compactMap { SocketAddress(host: $0.host, port: $0.port) }
        let isAll = numeric.count == addresses.count
        if !isAll { resolver.resolve(.init(peer: peer, addresses: addresses)) }
        return (numeric.map { Endpoint($0) }, isAll)
    }

    /// Calls a peer at these addresses, which may not be those it had.
    static func call(
        _ peer: Int, at endpoints: [Endpoint], _ isElsewhere: Bool, in table: inout PeerTable,
        _ now: Instant
    ) {
        if isElsewhere {
            table.moved(to: endpoints, peer: peer, at: now)
        } else {
            table.setEndpoints(endpoints, of: peer, at: now)
        }
    }
}

/// The kernel's word on whether anything listens where a peer should be.
extension Links {
    /// A question to the kernel that is under way.
    struct Probe {
        let probe: UDPProbe
        let endpoint: Endpoint
        let end: Instant
    }

    /// How long an ICMP message may be on its way; a neighbour that is off is told after 3 s.
    private static let probePatience = Duration.seconds(5)

    /// Begins to ask the kernel.
    ///
    /// - Returns: The outcome where the kernel cannot send it, and that tells something of the
    ///   address.
    mutating func probe(_ peer: Int, _ endpoint: Endpoint, at now: Instant) -> ProbeOutcome? {
        do throws(UDPProbe.Fault) {
            let probe = try UDPProbe(to: SocketAddress(endpoint))
            probes[peer] = Probe(
                probe: probe, endpoint: endpoint, end: now + Self.probePatience)
            return nil
        } catch { return ProbeOutcome(error) }
    }

    /// The kernel's answer for a peer, or its silence where the time for one is over.
    ///
    /// - Returns: Nil where none was sent, where it may still answer, and where the answer tells
    ///   nothing of the address.
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
    /// Nil for what tells nothing of the address.
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

/// When the control loop takes first messages of handshakes, and how many.
///
/// In a flood each would wake the loop, and a turn costs more than the message. So after a turn
/// with many the rest stays in the kernel for a while, and they have a share of the processor,
/// however slow it is: sound, people and answers to our own handshakes wait for neither.
struct InitiationIntake {
    /// More than so many in a turn are a flood.
    static let calm = 4
    static let mostPerTurn = 128
    /// How long the rest stays in the kernel.
    ///
    /// The kernel keeps about ninety of them; in a longer time it would lose more than there is
    /// time for.
    static let rest = Duration.milliseconds(2)
    /// The share of the time that they have, in tenths, and how much of it they can save up, in ns:
    /// on a busy machine the loop comes late, and then finds more of them.
    static let share: Int64 = 3
    static let mostSaved: Int64 = 3_000_000
    /// What they have used too much is made up for, up to this, in ns: a rest of a second.
    static let mostOwed: Int64 = 300_000_000

    /// Until when they stay in the kernel; nil when the socket wakes the loop.
    private(set) var restsUntil: Instant?
    /// Processor time that they may use, in ns, as it was at this moment; below zero, they have
    /// used too much, and rest until it is made up for.
    private var saved = mostSaved
    private var savedAt = Instant(nanoseconds: 0)
    private var busyFrom: Int64 = 0

    /// A turn takes some, at this processor time of the thread.
    mutating func begin(busy: Int64, at now: Instant) {
        let passed = min((now - savedAt).nanoseconds, Self.mostOwed * 10)
        saved = min(saved + passed / 10 * Self.share, Self.mostSaved)
        savedAt = now
        busyFrom = busy
    }

    /// Whether the turn may take one more.
    func mayTake(after count: Int, busy: @autoclosure () -> Int64) -> Bool {
        guard count < Self.mostPerTurn else { return false }
        // The kernel is asked for the time when they are many.
        return count <= Self.calm || busy() - busyFrom < saved
    }

    /// Notes how many were taken in this turn.
    ///
    /// - Returns: Whether the socket is to be left alone until `restsUntil`.
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
/// Each name is looked up on a thread of its own, so a silent name
/// server holds up only the names that it is asked for.
///
/// One question a peer at a time, and one of a pairing. A name is looked up again at every retry,
/// so a peer whose address changed is found.
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
        /// Each name that is found makes an answer, and so does the last of
        /// several that are not.
        let endpoints: [Endpoint]
        /// What is wrong with the last name that gave nothing.
        let complaint: String?
    }

    /// A question whose names are not all known yet.
    private struct Search {
        let question: Question
        /// By the place of the address; nil where there is an answer.
        var lookUps: [NameLookup?]
        var found: [Endpoint] = []
        var complaint: String?

        var isOver: Bool { lookUps.allSatisfy { $0 == nil } }

        /// Takes answers that are there; returns whether there is something to tell.
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

    /// When to ask for an answer again; nil while no name is looked up.
    func deadline(at now: Instant) -> Instant? {
        searches.flatMap { $0.lookUps }.compactMap { $0?.look(at: now) }.min()
    }

    /// Looks up a peer's addresses, unless that is under way already.
    mutating func resolve(_ question: Question) {
        guard !searches.contains(where: { $0.question.peer == question.peer }) else { return }
        let lookUps = question.addresses.map { Optional(NameLookup($0.host)) }
        searches.append(Search(question: question, lookUps: lookUps))
    }

    /// The next answer; nil when there is none.
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
