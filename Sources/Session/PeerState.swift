public import Crypto
public import Time
public import Wire

/// One peer as `status` shows it.
public struct PeerState: Sendable {
    public enum Phase: Equatable, Sendable {
        /// No session, and no address to call.
        case down
        /// No session yet; handshakes are under way.
        case connecting
        case up(since: Instant)
    }

    public let phase: Phase
    public let suite: Suite
    /// False: no post-quantum authentication (protocol.md §1.4, rule 5).
    public let hasPSK: Bool
    /// When the current session was made; nil without one.
    public let sessionSince: Instant?
    /// Sessions used since our start.
    public let handshakes: UInt64
    public let endpoint: Endpoint?
    public let lastOpened: Instant?
    /// Our index of the current session; the media thread may be one ahead.
    public var sessionIndex: UInt32? = nil
    /// What stands for the peer towards other stations (protocol.md §2.4, `who`).
    public var memberName: MemberName? = nil
}
