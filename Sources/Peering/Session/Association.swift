internal import Crypto
internal import Time
internal import Wire

/// All that this station knows of one peer: keys, addresses, sessions, and the handshake under way.
///
/// A class, so that its secrets stay in place; only the peer table holds it.
final class Association {
    /// The repeats of M3 (protocol.md §1.7, rule 1).
    struct Finish {
        let suite: Suite
        let message: HandshakeDatagram
        let endpoint: Endpoint
        let sent: Instant
        var remaining: Int
        /// Nil once all were sent: from then on the handshake is merely unconfirmed (rule 4).
        var due: Instant?
    }

    /// The repeats of CONFIRM(0).
    struct Confirmation {
        let index: UInt32
        var remaining: Int
        var due: Instant
        /// When the session is given up, unless the initiator has used it.
        let end: Instant
    }

    /// The repeats of CLOSE.
    struct Goodbye {
        let reason: CloseReason
        var remaining: Int
        var due: Instant
    }

    let publicKey: PublicKey
    /// The peer's name for other stations.
    let memberName: MemberName
    /// The pre-shared key from a person or a pairing; zeros if there is none.
    let psk: Key
    let hasPSK: Bool
    let choice: SuiteChoice
    /// The suite of the last session.
    var lastSuite: Suite?
    /// The mac of the handshakes that this station starts.
    let mac: HandshakeMAC
    /// Fills with unpredictable bytes, which also vary the waits.
    private let random: (inout MutableSpan<UInt8>) -> Void

    /// The peer's addresses as configured and resolved, tried in turn.
    var endpoints: [Endpoint] = []
    /// The peer's address in the current session.
    var endpoint: Endpoint?
    /// The challenges that find the peer's address.
    var paths = PeerPaths()
    /// The addresses where the peer was seen on the LAN.
    var sightings = LANSightings()
    /// The addresses that the peer has published at a broker (protocol.md §1.10).
    var told: [Endpoint] = []
    private var toldAt: Instant?
    /// When published addresses last began a series of M1.
    private var calledForWord: Instant?
    /// The ways to the peer through other peers.
    var ways = PeerWays()
    /// Shows the peer that this station has moved.
    var greeting = Greeting()
    var records = SessionRecords()

    // Our own handshakes, one for each address called at once. The last two M1 stay open, so that
    // an M2 slower than the retry still counts (§1.4, rule 2).
    var latest: [Initiator] = []
    var earlier: [Initiator] = []
    var finish: Finish?
    var retry = RetrySchedule()
    /// M1 sent since the series of waits began.
    var attempt = 0
    var initiateAt: Instant?
    var lastInitiation: Instant?
    /// The peer's own handshake.
    var confirmation: Confirmation?
    /// Whether the peer may use a session that this station has given up.
    var isInDoubt = false
    var goodbye: Goodbye?

    // From the reports of the media thread.
    var sent: UInt64 = 0
    var lastSent: Instant?
    var lastOpened: Instant?
    var lastRefused: Instant?
    /// The wait before the next heartbeat, drawn when a session begins.
    var heartbeat = Duration.zero

    /// Set when an event leaves work to do for this peer.
    var isDue = false
    var upSince: Instant?
    /// The run of the peer that is in use; nil before the first session of our own run.
    var bootID: UInt64?
    var handshakes: UInt64 = 0
    /// The evidence seen since the peer went down.
    var evidence: Evidence
    var boots = Boots()
    /// When this station last probed whether a program listens at the peer's address.
    var lastProbe: Instant?

    init(
        publicKey: PublicKey, psk: consuming Key?, suite choice: SuiteChoice,
        random: @escaping (inout MutableSpan<UInt8>) -> Void, at now: Instant
    ) {
        evidence = Evidence(since: now)
        self.publicKey = publicKey
        self.choice = choice
        self.random = random
        mac = HandshakeMAC(responder: publicKey)
        let name = SHA256.hash(label: "intercom/1 member", publicKey.bytes.span)
        memberName = MemberName(
            high: name.span.uint64(at: 0), low: name.span.uint64(at: 8))
        hasPSK = psk != nil
        self.psk = psk ?? Key.zero()
    }

    /// Whether the index is in use here; indices are unique over all peers.
    func owns(_ index: UInt32) -> Bool {
        initiator(index) != nil || records.owns(index)
    }

    /// Wipes the M1 that still await an answer.
    func endInitiation() {
        latest = []
        earlier = []
        finish = nil
        initiateAt = nil
    }

    /// The wait before the next heartbeat (§1.7, rule 8).
    func nextHeartbeat() -> Duration { RetrySchedule.heartbeatWait(PeerPaths.token(random)) }

    /// The wait before the next M1 (rule 7), short enough to keep the way through a router open.
    func nextWait() -> Duration {
        let wait = retry.nextWait(PeerPaths.token(random))
        // A router soon forgets where packets went.
        return told.isEmpty ? wait : min(wait, SessionLimits.outsideSilence)
    }

    /// Restarts the series of waits.
    func restartSeries() {
        retry.restart()
        attempt = 0
    }
}

// Our own handshakes with the peer: the last two M1, and the answers to them.
extension Association {
    /// Our handshake that an M2 with this receiver index answers.
    func initiator(_ index: UInt32) -> Initiator? {
        latest.first { $0.index == index } ?? earlier.first { $0.index == index }
    }

    /// Makes room for new M1; the last ones may still be answered.
    func beginInitiation() {
        finish = nil
        earlier = latest
        latest = []
    }

    /// Makes a fresh M1, in place of `former` if a cookie reply has answered that one.
    func initiate(
        index: UInt32, target: Endpoint, tries: TryLimit, cookie: Cookie? = nil,
        inPlaceOf former: Initiator? = nil
    ) -> HandshakeDatagram {
        var message = HandshakeDatagram(count: HandshakeLayout.Initiation.size)
        var bytes = message.mutableBytes
        latest.removeAll { $0 === former }
        latest.append(
            Initiator(
                suite: former?.suite ?? suite, responder: publicKey, mac: mac, index: index,
                target: target, tries: tries, cookie: cookie, random: random, writing: &bytes))
        return message
    }

    /// Notes that an M1 without a cookie has been sent to an address.
    ///
    /// An M1 caused by a sighting takes no turn of the series: otherwise a liar that is seen again
    /// and again would take the turns of the true addresses.
    func initiated(to target: Endpoint, at now: Instant) {
        evidence.called(at: now)
        lastInitiation = now
        if sightings.next == target {
            sightings.called(at: now)
        } else {
            attempt += 1
        }
    }

    /// Whether the peer should be at this address: by the settings, or by its session.
    func isAt(_ source: Endpoint) -> Bool { endpoint == source || endpoints.contains(source) }

    /// Whether our own M3 is unconfirmed, and not so old that the peer has given it up.
    ///
    /// An older M3 is lost to the peer, perhaps by a restart; only the peer's own handshake can
    /// succeed.
    func finishIsAwaited(for lifetime: Duration, at now: Instant) -> Bool {
        finish.map { now < $0.sent + lifetime } ?? false
    }

    /// The address for the next M1: the latest sighting, else in turn the session's endpoint, the
    /// configured addresses, former sightings, the addresses published at a broker, and the ways
    /// through other peers.
    var target: Endpoint? {
        if let next = sightings.next { return next }
        var candidates = addresses + (isWellAtAddress ? [] : ways.open)
        if records.current != nil, let endpoint {
            candidates.removeAll { $0 == endpoint }
            candidates.insert(endpoint, at: 0)
        }
        return candidates.isEmpty ? nil : candidates[attempt % candidates.count]
    }

    /// The other addresses for the first few M1: a router on the way admits packets only from
    /// addresses to which packets were sent.
    ///
    /// Ways through other peers are called from the second M1 on: where there is an address, the
    /// first one finds it.
    var otherTargets: [Endpoint] {
        let told = attempt < SessionLimits.callsToAll ? told : []
        let ways = attempt > 0 && !isWellAtAddress ? self.ways.open : []
        return (told + ways).filter { $0 != target }
    }

    /// Whether packets come from an address: a lost M1 is then no reason to call another way.
    private var isWellAtAddress: Bool {
        upSince != nil && !isInDoubt && endpoint.map { $0.way == nil } ?? false
    }

    /// Takes the addresses that the peer has published; a peer that is down is then called there.
    ///
    /// - Returns: Whether published addresses may begin another series of M1 by now.
    func hear(_ addresses: [Endpoint], at now: Instant) -> Bool {
        told = addresses
        toldAt = now
        ways.trySoon(at: now)
        guard calledForWord.map({ now >= $0 + SessionLimits.toldSpacing }) ?? true else {
            return false
        }
        calledForWord = now
        return true
    }

    /// Forgets published addresses that are too old.
    func expireTold(at now: Instant) {
        if let toldAt, now >= toldAt + SessionLimits.toldLifetime { told = [] }
    }

    /// The suite of the next M1: where either will do, that of the last session, else AES-256-GCM.
    ///
    /// A peer without AES answers that M1 but refuses M3, because it learns only then who calls:
    /// the next M1 uses the other suite.
    var suite: Suite {
        choice.only
            ?? ((lastSuite == .chaChaPoly) == evidence.mayWantOtherSuite ? .aesGCM : .chaChaPoly)
    }
}

/// Shows one peer where this station is now, and notices if the peer does not answer.
struct Greeting {
    /// When PINGs are sent after the change: packets may be lost, and a new address or route may
    /// not be usable at once.
    static let times: [3 of Duration] = [.zero, .milliseconds(300), .milliseconds(900)]
    /// How long after the change the peer may take to answer.
    static let patience = Duration.milliseconds(1500)
    /// The same for a peer that was seen at another address since the change.
    ///
    /// A peer that is still where it was follows this station within 250 ms and a round trip
    /// (protocol.md §1.7 "Endpoint").
    static let patienceWhenSeen = Duration.milliseconds(500)
    /// The least time between two PINGs: a machine's changes come in groups.
    static let spacing = Duration.milliseconds(250)

    enum Step: Equatable {
        case none, greet
        /// The peer may be elsewhere, perhaps at this address.
        case doubt(Endpoint?)
    }

    /// When the address or route last changed; nil once the change is dealt with.
    private var changedAt: Instant?
    private var sent = 0
    private var lastSent: Instant?
    /// Where the peer was seen since the change.
    private var elsewhere: Endpoint?

    mutating func begin(at now: Instant) {
        changedAt = now
        sent = 0
        elsewhere = nil
    }

    /// Notes that the peer was seen on the LAN at another address.
    mutating func sighted(_ address: Endpoint) {
        if changedAt != nil { elsewhere = address }
    }

    /// Returns the step that is due; `lastOpened` is when a packet of the peer last opened.
    mutating func tick(lastOpened: Instant?, at now: Instant) -> Step {
        guard let changedAt, let deadline, now >= deadline else { return .none }
        let isHastened = elsewhere != nil && now >= changedAt + Self.patienceWhenSeen
        guard sent == Self.times.count || isHastened else {
            sent += 1
            lastSent = now
            return .greet
        }
        // A packet that opens after the change may have been sent before it.
        let isThere = lastOpened.map { $0 > changedAt } ?? false
        if isThere, isHastened, now < changedAt + Self.patience {
            elsewhere = nil
            return .none
        }
        self.changedAt = nil
        return isThere ? .none : .doubt(elsewhere)
    }

    var deadline: Instant? {
        guard let changedAt else { return nil }
        let end = changedAt + patience
        guard sent < Self.times.count else { return end }
        let due = changedAt + Self.times[sent]
        return min(end, lastSent.map { max(due, $0 + Self.spacing) } ?? due)
    }

    private var patience: Duration { elsewhere == nil ? Self.patience : Self.patienceWhenSeen }

    /// Ends the greeting: a new session has shown the peer where this station is.
    mutating func end() { changedAt = nil }
}

/// Where one peer has been seen on the LAN (protocol.md §1.9).
///
/// Anyone on the LAN can repeat the peer's beacon from another address. So these addresses are only
/// called, at most one new address in two seconds, and the handshake decides.
struct LANSightings {
    /// How many addresses are kept.
    ///
    /// A new address replaces a random one: a liar cannot choose which, and the peer announces
    /// itself again.
    static let most = 4
    static let lifetime = Duration.seconds(120)
    static let callSpacing = Duration.seconds(2)

    private struct Sighting {
        let address: Endpoint
        var mark: UInt64
        var until: Instant
    }

    private var all: [Sighting] = []
    /// The address to call once, before all others.
    private(set) var next: Endpoint?
    private var lastCall: Instant?

    /// The addresses, the one seen first in front.
    var addresses: [Endpoint] { all.map { $0.address } }

    /// Notes a beacon of the peer from an address; `mark` differs between two beacons of a peer.
    ///
    /// - Returns: Whether the sighting is news.
    mutating func saw(
        _ address: Endpoint, mark: UInt64, at now: Instant,
        random: (inout MutableSpan<UInt8>) -> Void
    ) -> Bool {
        all.removeAll { now >= $0.until && $0.address != address }
        if let place = all.firstIndex(where: { $0.address == address }) {
            defer {
                all[place] = Sighting(address: address, mark: mark, until: now + Self.lifetime)
            }
            return all[place].mark != mark || now >= all[place].until
        }
        if all.count == Self.most {
            all.remove(at: Int(PeerPaths.token(random) % UInt64(Self.most)))
        }
        all.append(Sighting(address: address, mark: mark, until: now + Self.lifetime))
        return true
    }

    /// Forgets old sightings; the address in use stays, so that people see its source.
    mutating func expire(inUse endpoint: Endpoint?, at now: Instant) {
        all.removeAll { now >= $0.until && $0.address != endpoint }
    }

    /// Has the next M1 go to an address.
    ///
    /// - Returns: False if another sighting has just caused an M1.
    mutating func call(_ address: Endpoint, at now: Instant) -> Bool {
        if let lastCall, now < lastCall + Self.callSpacing { return false }
        next = address
        return true
    }

    /// An M1 has been sent to `next`.
    mutating func called(at now: Instant) {
        next = nil
        lastCall = now
    }

    /// Drops the pending call: there is a session.
    mutating func settle() { next = nil }

    mutating func forget() {
        all = []
        next = nil
    }
}
