public import Crypto
public import Time
public import Wire

/// The sessions with all peers: handshakes, rekeys, expiry (protocol.md §1).
///
/// Sans-I/O, for the control thread: report an event and the time, then fetch actions until there
/// are none. Time never runs backwards. The keys of finished sessions go to the media thread as
/// actions; the table keeps only what it needs to make the next ones.
public struct PeerTable: ~Copyable {
    public internal(set) var limits: SessionLimits
    let own: Identity
    let random: (inout MutableSpan<UInt8>) -> Void
    /// The peers, by number; nil where a peer was removed.
    var associations: [Association?] = []
    var halfOpen = HalfOpenTable()
    /// Decides which M1 are answered with M2.
    var door: Doorkeeper
    var actions = ActionQueue()
    /// Bounds M1 in a suite that no peer is configured for.
    var strangers = TryLimit(perSecond: SessionLimits.strangersPerSecond)
    var callers = UnknownCallers()
    public var vainCalls = VainCalls()
    public var ownKeySigns = OwnKeySigns()
    /// The time of the last call; due peers are advanced at this time.
    var now = Instant(nanoseconds: 0)
    var isClosing = false
    /// Where the search for the next free number begins.
    private var nextNumber = 0

    /// A table without peers.
    ///
    /// - Parameters:
    ///   - identity: our static secret key.
    ///   - bootID: random at each start of the daemon, so that peers notice a restart.
    ///   - limits: the protocol's, unless settings or a test lower them.
    ///   - random: fills with unpredictable bytes; `Random.fill` outside tests.
    public init(
        identity: consuming Key, bootID: UInt64, limits: SessionLimits = SessionLimits(),
        random: @escaping (inout MutableSpan<UInt8>) -> Void
    ) {
        limits.check()
        self.limits = limits
        self.random = random
        own = Identity(secret: identity, bootID: bootID)
        door = Doorkeeper(own: own.publicKey)
        associations = Array(repeating: nil, count: SessionLimits.numbers)
    }

    public var publicKey: PublicKey { own.publicKey }

    /// Adds a peer and returns its number, 0..<62; without a psk, 32 zero bytes take its place.
    ///
    /// The key must differ from our own and every other peer's, and there must be room: the
    /// configuration check ensures both. The number of a removed peer is used again only after all
    /// others, when nothing about the former peer is under way.
    @discardableResult
    public mutating func add(
        publicKey: PublicKey, psk: consuming Key?, suite: SuiteChoice, at now: Instant
    ) -> Int {
        precondition(publicKey != own.publicKey, "a station is not its own peer")
        precondition(peer(of: publicKey) == nil, "two peers with one key")
        let association = Association(
            publicKey: publicKey, psk: psk, suite: suite, random: random, at: now)
        callers.remove(publicKey)
        vainCalls.forget(publicKey)
        let present = associations.count { $0 != nil && $0?.goodbye == nil }
        precondition(present < SessionLimits.peersMax, "too many peers")
        while associations[nextNumber] != nil {
            nextNumber = (nextNumber + 1) % SessionLimits.numbers
        }
        let number = nextNumber
        nextNumber = (nextNumber + 1) % SessionLimits.numbers
        associations[number] = association
        return number
    }

    /// The number of the peer with this key, if its handshakes can continue unchanged.
    ///
    /// - Returns: nil when there is no such peer, or when it has another psk or suite.
    public func peer(
        of publicKey: PublicKey, psk: borrowing Key?, suite: SuiteChoice
    ) -> Int? {
        guard let number = peer(of: publicKey), let association = associations[number],
            association.choice == suite
        else { return nil }
        switch psk {
        case .some(let key):
            return association.hasPSK && association.psk.isEqual(to: key) ? number : nil
        case .none: return association.hasPSK ? nil : number
        }
    }

    /// Whether the peer's handshakes use this psk.
    public func hasPSK(_ psk: borrowing Key?, peer: Int) -> Bool {
        guard let association = associations[peer] else { return false }
        return self.peer(of: association.publicKey, psk: psk, suite: association.choice) == peer
    }

    /// Whether removed peers are still being sent CLOSE.
    public var isTakingLeave: Bool { associations.contains { $0?.goodbye != nil } }

    /// Replaces the limits.
    public mutating func setLimits(_ limits: SessionLimits, at now: Instant) {
        limits.check()
        self.limits = limits
        tick(at: now)
    }

    /// Sets the peer's addresses, in the order to try them; handshakes start with the first.
    public mutating func setEndpoints(_ endpoints: [Endpoint], of peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        if association.endpoints != endpoints {
            association.evidence.moved()
            association.ways.trySoon(at: now)
        }
        association.endpoints = endpoints
        markDue(association, at: now)
    }

    /// Replaces the peer's addresses; the endpoint of its session may be out of date.
    ///
    /// The peer is called at the new addresses at once; its session stays until there is another.
    public mutating func moved(to endpoints: [Endpoint], peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        let isOther = association.endpoints != endpoints
        if isOther {
            association.evidence.moved()
            association.lastProbe = nil
            association.ways.trySoon(at: now)
        }
        association.endpoints = endpoints
        let isElsewhere = association.endpoint.map { $0.way == nil && !endpoints.contains($0) }
        if !endpoints.isEmpty, isElsewhere ?? isOther {
            association.isInDoubt = association.isInDoubt || association.endpoint != nil
            association.endpoint = nil
            restart(association, at: now)
        }
        markDue(association, at: now)
    }

    /// Starts a handshake at once if there is no session, for a talk key or a call (§1.7, rule 6).
    public mutating func wanted(peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        if association.upSince == nil { restart(association, at: now) }
        markDue(association, at: now)
    }

    /// Doubts a peer that should speak but is silent: it may have restarted, unable to call us.
    ///
    /// A new handshake decides (§1.7, rule 6); the session stays until then.
    public mutating func doubted(peer: Int, at now: Instant) {
        guard let association = associations[peer], association.upSince != nil else { return }
        association.isInDoubt = true
        restart(association, at: now)
        markDue(association, at: now)
    }

    /// Calls every peer that is down, and forgets its refusals: the network is back, or the site
    /// has a newer list.
    public mutating func retryAll(at now: Instant) {
        for case let association? in associations where association.upSince == nil {
            association.evidence.accepted()
            restart(association, at: now)
        }
        tick(at: now)
    }

    /// Marks due peers; their actions are made while actions are fetched.
    public mutating func tick(at now: Instant) {
        halfOpen.expire(at: now)
        for case let association? in associations { markDue(association, at: now) }
    }

    /// When to call `tick` next, valid after the last action was fetched; nil means never.
    public var deadline: Instant? {
        var first = halfOpen.deadline
        for case let association? in associations {
            guard let due = deadline(of: association) else { continue }
            first = first.map { min($0, due) } ?? due
        }
        return first
    }

    /// The next action; nil when there are no more.
    public mutating func nextAction() -> SessionAction? {
        while true {
            if let action = actions.pop() { return action }
            // One peer at a time: few actions wait at once, however many peers there are.
            guard let peer = associations.firstIndex(where: { $0?.isDue ?? false }) else {
                return nil
            }
            associations[peer]?.isDue = false
            advance(peer, at: now)
        }
    }

    /// Has a record sealed on the session with this index of ours, and sent to `endpoint`, or else
    /// to the peer's endpoint.
    mutating func send(
        _ record: ControlRecord, to peer: Int, on index: UInt32, at endpoint: Endpoint? = nil
    ) {
        actions.push(
            .send(peer: peer, index: index, ControlPayload(record), to: endpoint))
    }

    /// Runs the peer's timers before the next action is fetched.
    mutating func markDue(_ association: Association, at now: Instant) {
        association.isDue = true
        self.now = now
    }

    /// The number of the peer with this key, unless it is being removed.
    public func peer(of publicKey: PublicKey) -> Int? {
        associations.firstIndex { $0?.publicKey == publicKey && $0?.goodbye == nil }
    }

    /// Whether a session of the peer has this index of ours.
    public func owns(_ index: UInt32, peer: Int) -> Bool {
        associations[peer]?.records.owns(index) ?? false
    }

    /// Whether this index of ours names a session with the run of the peer that is in use.
    public func isInUse(_ index: UInt32, by peer: Int) -> Bool {
        guard let association = associations[peer],
            let bootID = association.records.record(index)?.bootID
        else { return false }
        return bootID == association.bootID
    }

    /// A fresh index: its first byte marks data packets, and no session or handshake uses it.
    func newIndex() -> UInt32 {
        while true {
            var bytes = InlineArray<4, UInt8>(repeating: 0)
            var span = bytes.mutableSpan
            random(&span)
            let index = bytes.span.uint32(at: 0)
            let isLive =
                halfOpen.owns(index) || associations.contains { $0?.owns(index) ?? false }
            if HandshakeHeader.isValid(index: index), !isLive { return index }
        }
    }
}

// For `status` and `peers`.
extension PeerTable {
    /// The numbers of all peers.
    public var peers: [Int] { associations.indices.filter { associations[$0] != nil } }

    /// The state of a peer; nil when no peer has this number.
    public func state(of peer: Int) -> PeerState? {
        guard associations.indices.contains(peer), let association = associations[peer] else {
            return nil
        }
        let phase: PeerState.Phase =
            if let since = association.upSince {
                .up(since: since)
            } else if association.confirmation != nil || association.finish != nil
                || association.target != nil
            {
                .connecting
            } else {
                .down
            }
        return PeerState(
            phase: phase, suite: association.lastSuite ?? association.suite,
            hasPSK: association.hasPSK,
            sessionSince: association.records.current?.established,
            handshakes: association.handshakes,
            endpoint: association.place, endpointSource: association.placeSource,
            downSince: association.upSince == nil ? association.evidence.since : nil,
            endpoints: association.endpoints,
            sessionIndex: association.records.current?.index, memberName: association.memberName,
            forwarder: association.forwarder, hasPath: association.endpoint != nil,
            addressCount: association.addresses.count)
    }
}

extension Association {
    /// The peer's address, or the first address at which it is called; nil while packets go through
    /// another peer.
    fileprivate var place: Endpoint? {
        endpoint.map { $0.way == nil ? $0 : nil } ?? addresses.first
    }

    fileprivate var placeSource: PeerState.EndpointSource? {
        place.map { place in
            if endpoints.contains(place) { return .settings }
            if sightings.addresses.contains(place) { return .lan }
            return told.contains(place) ? .rendezvous : .peer
        }
    }
}

// Peers that were seen on the LAN (protocol.md §1.9).
extension PeerTable {
    /// Takes a sighting of a peer; `mark` differs between two beacons of the peer.
    ///
    /// A peer that is down or in doubt is called at that address, at once if the sighting is news.
    /// A peer that may have moved together with this station is doubted sooner. Otherwise a peer
    /// that is up is not disturbed.
    public mutating func sighted(
        _ peer: Int, at address: Endpoint, mark: UInt64, at now: Instant
    ) {
        guard let association = associations[peer], association.goodbye == nil else { return }
        let isKnown = association.sightings.addresses.contains(address)
        guard association.sightings.saw(address, mark: mark, at: now, random: random) else {
            return
        }
        if !isKnown { association.ways.trySoon(at: now) }
        if association.upSince == nil || association.isInDoubt {
            guard association.mayInitiate, association.sightings.call(address, at: now) else {
                return
            }
            // If this M1 is lost, the next one follows a second later. It goes to the address whose
            // turn it is: false sightings, however many, do not take the turns of the true
            // addresses.
            association.retry.restart()
            association.initiateAt = now
        } else if address != association.endpoint {
            association.greeting.sighted(address)
        }
        markDue(association, at: now)
    }

    /// Forgets all sightings: after a change of addresses this station may be in another network.
    public mutating func forgetSightings() {
        for case let association? in associations { association.sightings.forget() }
    }

    /// Takes the addresses that a peer has published, sealed for this station alone (protocol.md
    /// §1.10).
    ///
    /// A peer that publishes them wants to be called now, if it is down.
    public mutating func told(_ addresses: [Endpoint], by peer: Int, at now: Instant) {
        guard let association = associations[peer], association.goodbye == nil else { return }
        let mayCall = association.hear(addresses, at: now)
        if mayCall, association.upSince == nil || association.isInDoubt {
            restart(association, at: now)
        }
        markDue(association, at: now)
    }

    /// The key for a peer's messages at a broker; nil if the peer's public key is unusable.
    public func rendezvousKey(of peer: Int) -> RendezvousKey? {
        guard let association = associations[peer], association.goodbye == nil else { return nil }
        return RendezvousKey(own: own.secret, peer: association.publicKey, psk: association.psk)
    }

    /// Whether a peer is down, or may be, so that a sighting of it would help.
    public var hasMissingPeer: Bool {
        associations.contains {
            guard let association = $0, association.goodbye == nil else { return false }
            return association.upSince == nil || association.isInDoubt
        }
    }

    /// The key that recognises a peer on the LAN; nil if the peer's public key is unusable.
    public func tagKey(of peer: Int) -> TagKey? {
        guard let association = associations[peer], association.goodbye == nil else { return nil }
        return TagKey(own: own.secret, peer: association.publicKey, psk: association.psk)
    }
}

/// Signs that another station uses this station's own key: its memory card was copied.
public struct OwnKeySigns {
    /// How long a report counts without a newer session.
    static let reportLifetime = Duration.seconds(380)

    private var caller: UnknownCaller?
    /// The last report of each peer, by its number: the time, the newest session with the peer, and
    /// whether that session came into use without a report.
    private var reports: [Int: (at: Instant, session: UInt32, isMissed: Bool)] = [:]

    /// Notes a caller that has proven the secret of the key.
    mutating func called(_ caller: UnknownCaller) { self.caller = caller }

    /// Notes a peer's report of another station with the key.
    public mutating func reported(by peer: Int, on session: UInt32, at now: Instant) {
        reports[peer] = (now, session, false)
    }

    /// Notes that a session with a peer is in use, at this address.
    ///
    /// A peer that still sees two stations reports it on each session; one of two reports may be
    /// lost.
    mutating func used(_ session: UInt32, of peer: Int, at endpoint: Endpoint) {
        // The caller with the copied key has another key now.
        if caller?.source == endpoint { caller = nil }
        guard var report = reports[peer], report.session != session else { return }
        guard !report.isMissed else { return forget(peer) }
        (report.session, report.isMissed) = (session, true)
        reports[peer] = report
    }

    /// Forgets a peer; another peer may have its number from now on.
    mutating func forget(_ peer: Int) { reports[peer] = nil }

    /// The last caller that used the key; nil when there was none lately.
    public func caller(at now: Instant) -> UnknownCaller? {
        caller.flatMap { now < $0.calledAt + UnknownCallers.lifetime ? $0 : nil }
    }

    /// Whether a peer has lately reported another station with the key.
    public func isReported(by peer: Int, at now: Instant) -> Bool {
        reports[peer].map { now < $0.at + Self.reportLifetime } ?? false
    }
}
