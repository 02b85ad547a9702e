public import Crypto

/// The times and counts of sessions and handshakes (protocol.md §1.3 to §1.7).
///
/// The defaults are the protocol's; settings and tests lower how long keys live.
public struct SessionLimits: Sendable {
    /// Other stations in one installation.
    public static let peersMax = 31
    /// Numbers of peers: a new peer may come while another one is still leaving.
    public static let numbers = 2 * peersMax

    // Peers that have published their addresses at a broker (§1.10).

    /// The longest wait between two M1 to such a peer.
    static let outsideSilence = Duration.seconds(25)
    /// How many times M1 go to all published addresses at once; later M1 go to them in turn.
    static let callsToAll = 5
    static let toldLifetime = Duration.seconds(36 * 3600)
    /// The least time between two series of M1 that published addresses cause.
    static let toldSpacing = Duration.seconds(2)

    // Sessions (§1.7, rules 3, 5 and 6).

    /// The age at which the current session's initiator starts the next handshake.
    public var rekeyInitiator = Duration.seconds(120)
    /// The age at which the session's responder starts it, in case the initiator cannot.
    public var rekeyResponder = Duration.seconds(150)
    /// The packets on the current session after which their sender starts the next handshake.
    public var rekeyPackets: UInt64 = 1 << 20
    /// The age at which a session is erased.
    public var expiry = Duration.seconds(180)
    /// Packets sent after which a session is erased.
    static let packetsMax: UInt64 = 1 << 22
    /// Silence after which a peer is down: three heartbeats.
    static let downAfter = Duration.seconds(50)
    /// The time without an opened packet after which packets with our index that do not open start
    /// a handshake.
    static let refusedAfter = Duration.seconds(20)

    // Handshakes (§1.4, rules 6 and 7; §1.7, rules 1 and 6).

    /// How long a responder waits for M3 and answers repeats.
    static let halfOpenLifetime = Duration.seconds(5)
    /// The most handshakes that a responder keeps at once.
    static let halfOpenMax = 64
    /// M2 or M3 tried per second for one handshake.
    static let triesPerSecond = 16
    /// Repeats of M3 after the first.
    static let finishRepeats = 5
    static let finishInterval = Duration.milliseconds(200)
    /// How often CONFIRM(0) is sent, the first time at once.
    static let confirmCount = 5
    static let confirmInterval = Duration.milliseconds(200)
    /// How long a responder keeps a session that the initiator has not used.
    static let confirmTimeout = Duration.seconds(5)
    /// The least time between an M1 and the next one that a person's action causes.
    static let wantedSpacing = Duration.seconds(1)
    /// The least time between two probes of a peer's address.
    static let probeSpacing = Duration.seconds(4)
    /// M1 answered per second in a suite that no peer is configured for.
    static let strangersPerSecond = 2
    /// How often CLOSE is sent, the first time at once (§2.4).
    static let closeCount = 3
    static let closeInterval = Duration.milliseconds(20)

    public init() {}

    /// Traps when one limit contradicts another.
    func check() {
        precondition(.zero < rekeyInitiator && rekeyInitiator < rekeyResponder)
        // Leaves time for at least one handshake between the responder's attempt and expiry.
        precondition(rekeyResponder < expiry && Self.confirmTimeout < expiry)
        precondition(0 < rekeyPackets && rekeyPackets < Self.packetsMax)
        precondition(Self.packetsMax <= 1 << 22 && Self.refusedAfter < Self.downAfter)
        // Otherwise the responder would give the session up while M3 is still being repeated, or a
        // repeat of M3 could outlive the memory of it.
        let repeats = Self.finishInterval * Self.finishRepeats
        precondition(repeats < Self.confirmTimeout && repeats < Self.halfOpenLifetime)
        precondition(Self.confirmInterval * Self.confirmCount <= Self.confirmTimeout)
    }
}

/// The ciphers that this station and a peer may use (protocol.md §1.7, "Suite").
public struct SuiteChoice: Equatable, Sendable {
    public static let aesGCM = SuiteChoice(.aesGCM, usesAES: true)
    public static let chaChaPoly = SuiteChoice(.chaChaPoly, usesAES: true)
    /// Either suite, whichever the peer accepts: AES is fast and constant in time here.
    public static let either = SuiteChoice(nil, usesAES: true)

    /// The only suite allowed; nil if both are.
    let only: Suite?

    /// Makes the choice of the settings; nil leaves the suite to the two stations.
    ///
    /// With nil, a station whose AES is neither fast nor constant in time uses the other cipher,
    /// and no attacker on the way can force it to AES.
    public init(_ suite: Suite?, usesAES: Bool) {
        only = suite ?? (usesAES ? nil : .chaChaPoly)
    }

    func accepts(_ suite: Suite) -> Bool { only == nil || only == suite }
}
