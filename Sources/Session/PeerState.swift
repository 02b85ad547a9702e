public import Crypto
public import Time
public import Wire

/// One peer as `status` shows it.
public struct PeerState: Sendable {
    public enum Phase: Equatable, Sendable {
        /// No session, and nobody to ask for one: the peer has no address.
        case down
        /// No session yet; handshakes are under way.
        case connecting
        case up(since: Instant)
    }

    /// Handshakes that failed, by cause.
    public struct Failures: Equatable, Sendable {
        /// M1 sent and never answered.
        public var unanswered: UInt64 = 0
        /// M2 for one of our M1 that did not open.
        public var badResponse: UInt64 = 0
        /// M3 sent, and the peer never used the session.
        public var unconfirmed: UInt64 = 0
        /// M3 with the peer's key and a wrong end: most likely the psk differs.
        public var psk: UInt64 = 0
        /// M3 with the peer's key in the other suite.
        public var wrongSuite: UInt64 = 0
    }

    public let phase: Phase
    public let suite: Suite
    /// False: no post-quantum authentication (protocol.md §1.4, rule 5).
    public let hasPSK: Bool
    /// When the current session was made; nil without one.
    public let sessionSince: Instant?
    /// Our index of the current session; nil without one.
    public let sessionIndex: UInt32?
    /// Sessions that came to be used since our start.
    public let handshakes: UInt64
    public let endpoint: Endpoint?
    public let lastOpened: Instant?
    /// Capabilities of the peer at its last session: protocol versions and boot id.
    public let capabilities: Capabilities?
    public let failures: Failures
    /// Newer valid packets from another address than the endpoint.
    public let newSources: UInt64
}
