internal import Crypto
internal import Time
internal import Wire

/// Everything this station knows of one peer: keys, addresses, sessions, and what it is doing to
/// get the next one.
///
/// A class, so that its secrets stay where they are; only the peer table holds it.
final class Association {
    /// The repeats of M3 (protocol.md §1.7, rule 1).
    struct Finish {
        let index: UInt32
        let message: Datagram
        let endpoint: Endpoint
        let sent: Instant
        var remaining: Int
        /// Nil once all have been sent: then the handshake is merely unconfirmed (rule 4).
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
    let psk: Key
    let hasPSK: Bool
    let suite: Suite
    /// Of the messages of handshakes that we start.
    let mac: HandshakeMAC

    /// The peer's addresses as configured and resolved, tried in turn.
    var endpoints: [Endpoint] = []
    /// Where the current session finds the peer.
    var endpoint: Endpoint?
    var records = SessionRecords()

    // Our own handshake. The last two M1 wait for M2, so that an answer slower than the retry
    // still counts (§1.4, rule 2).
    var latest: Initiator?
    var earlier: Initiator?
    var finish: Finish?
    var retry: RetrySchedule
    /// M1 sent since the series of waits began.
    var attempt = 0
    var initiateAt: Instant?
    var lastInitiation: Instant?
    /// The peer's handshake.
    var confirmation: Confirmation?
    /// The peer's last handshake was given up, and it may already talk on that session.
    var isInDoubt = false
    var goodbye: Goodbye?

    // What the media thread has reported.
    var sent: UInt64 = 0
    var lastSent: Instant?
    var lastOpened: Instant?
    var lastRefused: Instant?
    /// The wait before the next heartbeat; drawn when there is a session, as it comes from the
    /// same generator as the waits of rule 7.
    var heartbeat = Duration.zero

    /// Something has happened, and what follows from it is still to be done.
    var isDue = false
    var upSince: Instant?
    /// Of the last session that was used; nil before the first since our own start.
    var capabilities: Capabilities?
    var handshakes: UInt64 = 0
    /// What was seen since the peer is down.
    var evidence: Evidence
    var boots = Boots()
    /// When it was last asked whether anybody listens where the peer should be.
    var lastProbe: Instant?

    init(
        own: PublicKey, publicKey: PublicKey, psk: consuming Key?, suite: Suite, at now: Instant
    ) {
        evidence = Evidence(since: now)
        self.publicKey = publicKey
        self.suite = suite
        mac = HandshakeMAC(responder: publicKey)
        switch consume psk {
        case .some(let key):
            self.psk = key
            hasPSK = true
        case .none:
            self.psk = Key.zero()
            hasPSK = false
        }
        // The same in every run with the same identities, and different for each pair (rule 7).
        let seed = SHA256.hash(
            label: "intercom/1 jitter", own.bytes.span, publicKey.bytes.span)
        retry = RetrySchedule(seed: seed.span.leadingUInt64)
    }

    /// Whether the index is in use here; indices are unique over all peers.
    func owns(_ index: UInt32) -> Bool {
        latest?.index == index || earlier?.index == index || records.owns(index)
    }

    /// Wipes the M1 that still wait for an answer.
    func endInitiation() {
        latest = nil
        earlier = nil
        finish = nil
        initiateAt = nil
    }

    /// Starts the series of waits over.
    func restartSeries() {
        retry.restart()
        attempt = 0
    }
}
