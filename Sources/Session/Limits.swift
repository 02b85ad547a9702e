/// The times and counts that rule a session's life (protocol.md §1.3 to §1.7).
///
/// The defaults are the protocol's; a test lowers them to live through a day in a moment.
public struct Limits: Sendable {
    /// Stations in one installation, this one not counted.
    public static let peersMax = 31
    /// Numbers of peers: while one takes its leave, another may come already.
    public static let numbers = 2 * peersMax

    // Sessions (§1.7, rules 3, 5 and 6).

    /// The age at which the current session's initiator starts the next handshake.
    public var rekeyInitiator = Duration.seconds(120)
    /// The age at which its responder does, in case the initiator cannot.
    public var rekeyResponder = Duration.seconds(150)
    /// Packets sent on the current session after which either starts the next handshake.
    public var rekeyPackets: UInt64 = 1 << 20
    /// The age at which a session is erased.
    public var expiry = Duration.seconds(180)
    /// Packets sent after which a session is erased.
    public var packetsMax: UInt64 = 1 << 22
    /// Silence after which a peer is down: three heartbeats.
    public var downAfter = Duration.seconds(50)
    /// Silence after which packets that carry our index and do not open call for a handshake.
    public var refusedAfter = Duration.seconds(10)

    // Handshakes (§1.4, rules 6 and 7; §1.7, rules 1 and 6).

    /// The time a responder waits for M3, and answers repeats.
    public var halfOpenLifetime = Duration.seconds(5)
    /// Handshakes a responder waits for at once; the oldest makes room.
    public var halfOpenMax = 64
    /// M2 or M3 tried in one second for one handshake.
    public var triesPerSecond = 16
    /// M3 is repeated this often after the first.
    public var finishRepeats = 5
    public var finishInterval = Duration.milliseconds(200)
    /// CONFIRM(0) is sent this often, the first at once.
    public var confirmCount = 5
    public var confirmInterval = Duration.milliseconds(200)
    /// The time a responder keeps a session the initiator has not used.
    public var confirmTimeout = Duration.seconds(5)
    /// The least time between an M1 and the next that a person's act causes.
    public var wantedSpacing = Duration.seconds(1)
    /// The least time between two looks whether anybody listens where a peer should be.
    public var probeSpacing = Duration.seconds(4)
    /// M1 in a suite that no peer is pinned to, answered in one second.
    public var strangersPerSecond = 2
    /// CLOSE is sent this often, the first at once (§2.4).
    public var closeCount = 3
    public var closeInterval = Duration.milliseconds(20)

    /// What the waits of §1.7, rules 7 and 8, are multiplied with, in percent.
    public var retryPercent = 100
    public var heartbeatPercent = 100

    public init() {}

    /// Traps when one limit contradicts another.
    func check() {
        precondition(.zero < rekeyInitiator && rekeyInitiator < rekeyResponder)
        // Time for at least one handshake between the responder's attempt and the end.
        precondition(rekeyResponder < expiry)
        precondition(0 < rekeyPackets && rekeyPackets < packetsMax && packetsMax <= 1 << 22)
        precondition(refusedAfter < downAfter)
        // Or the responder would give the session up while M3 is still being repeated to it.
        precondition(finishInterval * finishRepeats < confirmTimeout)
        precondition(confirmInterval * confirmCount <= confirmTimeout)
        // Or a repeat of an M3 could outlive the memory of it.
        precondition(finishInterval * finishRepeats < halfOpenLifetime)
        precondition(confirmTimeout < expiry)
        precondition(halfOpenMax > 0 && confirmCount > 0 && closeCount > 0)
        precondition((1...TryLimit.countMax).contains(triesPerSecond))
        precondition((1...TryLimit.countMax).contains(strangersPerSecond))
        precondition(probeSpacing > .zero)
        precondition(finishRepeats >= 0 && retryPercent > 0 && heartbeatPercent > 0)
        precondition(finishInterval > .zero && confirmInterval > .zero && closeInterval > .zero)
    }
}
