internal import Crypto
internal import Time
internal import Wire

/// All that this station knows of one peer: keys, addresses, sessions, and the handshake under way.
///
/// A class, so that its secrets stay in place; only the peer table holds it.
final class Association {
    /// The repeats of M3 (protocol.md §1.7, rule 1).
    struct Finish {
        let index: UInt32
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
    /// What stands for the peer towards other stations.
    let memberName: MemberName
    /// The pre-shared key from a person or a pairing; zeros if there is none.
    let psk: Key
    let hasPSK: Bool
    let choice: SuiteChoice
    /// That of the last session.
    var lastSuite: Suite?
    /// The mac of the handshakes that this station starts.
    let mac: HandshakeMAC
    /// Fills with unpredictable bytes, of which the waits come.
    private let random: (inout MutableSpan<UInt8>) -> Void

    /// The peer's addresses as configured and resolved, tried in turn.
    var endpoints: [Endpoint] = []
    /// The peer's address in the current session.
    var endpoint: Endpoint?
    /// Whether it is there.
    var paths = PeerPaths()
    /// Where it was seen on the LAN.
    var sightings = LANSightings()
    /// Shows the peer that this station has moved.
    var greeting = Greeting()
    /// How long at most nothing is sent to the peer; nil for as long as the protocol says.
    var keepalive: Duration?
    var records = SessionRecords()

    // Our own handshake. The last two M1 stay open, so that an M2 slower than the retry still
    // counts (§1.4, rule 2).
    var latest: Initiator?
    var earlier: Initiator?
    var finish: Finish?
    var retry = RetrySchedule()
    /// M1 sent since the series of waits began.
    var attempt = 0
    var initiateAt: Instant?
    var lastInitiation: Instant?
    /// The peer's own handshake.
    var confirmation: Confirmation?
    /// The peer may use a session that this station has given up.
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
            high: name.span.leadingUInt64, low: name.span.extracting(8..<16).leadingUInt64)
        switch consume psk {
        case .some(let key):
            self.psk = key
            hasPSK = true
        case .none:
            self.psk = Key.zero()
            hasPSK = false
        }
    }

    /// Whether the index is in use here; indices are unique over all peers.
    func owns(_ index: UInt32) -> Bool {
        latest?.index == index || earlier?.index == index || records.owns(index)
    }

    /// Wipes the M1 that still await an answer.
    func endInitiation() {
        latest = nil
        earlier = nil
        finish = nil
        initiateAt = nil
    }

    /// The wait before the next heartbeat (§1.7, rule 8).
    func nextHeartbeat(_ limits: SessionLimits) -> Duration {
        RetrySchedule.heartbeatWait(PeerPaths.token(random)) * limits.heartbeatPercent / 100
    }

    /// The wait before the next M1 (rule 7); a way that a router keeps open is used in time.
    func nextWait(_ limits: SessionLimits) -> Duration {
        let wait = retry.nextWait(PeerPaths.token(random)) * limits.retryPercent / 100
        return keepalive.map { min(wait, $0) } ?? wait
    }

    /// Restarts the series of waits.
    func restartSeries() {
        retry.restart()
        attempt = 0
    }
}
