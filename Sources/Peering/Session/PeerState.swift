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

    /// The source of a peer's address.
    public enum EndpointSource: Equatable, Sendable {
        /// The settings, and the resolver for them.
        case settings
        /// A beacon on the LAN.
        case lan
        /// Its own word, which a broker has kept.
        case rendezvous
        /// Packets of its own.
        case peer
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
    public var endpointSource: EndpointSource? = nil
    public let lastOpened: Instant?
    /// When it was added or lost; nil when it is up.
    public var downSince: Instant? = nil
    /// The addresses of the settings, at which it is called.
    public var endpoints: [Endpoint] = []
    /// Our index of the current session; the media thread may be one ahead.
    public var sessionIndex: UInt32? = nil
    /// What stands for the peer towards other stations (protocol.md §2.4, `who`).
    public var memberName: MemberName? = nil
}
