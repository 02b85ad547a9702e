public import Crypto
public import Time
public import Wire

/// Why a peer is down, as far as this station can see; programs choose the words for people.
///
/// An unauthenticated packet or an ICMP error is a hint: it decides this reason, of a peer that is
/// down anyway, and nothing else.
public enum DownReason: Equatable, Sendable {
    /// The site has excluded the peer; the daemon detects this, not this module.
    case revoked
    /// This station has no network; the peer may be well.
    case noNetwork
    /// The host name of its address was not found.
    case unresolved
    /// One of the peer's addresses is this station's own; the daemon detects this, not this module.
    case ownAddress(Endpoint)
    /// The peer has not called, and no address is configured.
    case noAddress
    /// This station has called the peer for a few seconds only.
    case handshaking
    /// Nothing came back, not even an error.
    case noAnswer
    /// The peer proves its own key in its answers, but does not accept ours.
    case notAccepted
    /// The peer called with another pre-shared key than the one configured here.
    case psk
    /// The peer called in this suite, but the other suite is configured here.
    case suite(Suite)
    /// A station at its address called with this key, which belongs to no peer.
    case otherKey(PublicKey, at: Endpoint)
    /// A packet from its address was made for another key than this station's.
    case toldOtherKey(at: Endpoint)
    /// A packet from its address is of this version of the protocol, which is not the one here.
    case otherVersion(UInt8, at: Endpoint)
    /// The peer's machine answers that no program listens at the port.
    case portClosed(Endpoint)
    /// The network answers that the address cannot be reached.
    case unreachable(Endpoint)
    /// This machine has no route to the address.
    case noRoute(Endpoint)
    /// A rule of this machine drops the packet.
    case blocked(Endpoint)
    /// The other peer, by its number, that passed on what the two send each other is down.
    case forwarderDown(Int)

    /// The word for programs.
    public var code: StaticString { row.code }

    /// Whether a handshake with the peer's own key proves the reason.
    public var isProven: Bool { row.isProven }

    /// Whether a person must change a setting on one side: waiting does not help.
    public var needsMending: Bool { row.needsMending }

    private var row: (code: StaticString, isProven: Bool, needsMending: Bool) {
        switch self {
        case .revoked: ("revoked", false, true)
        case .noNetwork: ("no_network", false, false)
        case .unresolved: ("unresolved", false, true)
        case .ownAddress: ("own_address", false, true)
        case .noAddress: ("no_address", false, false)
        case .handshaking: ("calling", false, false)
        case .noAnswer: ("no_answer", false, false)
        case .notAccepted: ("not_accepted", true, true)
        case .psk: ("psk", true, true)
        case .suite: ("suite", true, true)
        case .otherKey: ("other_key", false, true)
        case .toldOtherKey: ("told_other_key", false, true)
        case .otherVersion: ("other_version", false, true)
        case .portClosed: ("port_closed", false, false)
        case .unreachable: ("unreachable", false, false)
        case .noRoute: ("no_route", false, false)
        case .blocked: ("blocked", false, true)
        case .forwarderDown: ("forwarder_down", false, false)
        }
    }
}

/// The outcome of a probe of a peer's address, from the kernel.
public enum ProbeOutcome: Equatable, Sendable {
    /// No error came: a program listens, or no machine reports that none does.
    case silent
    case portClosed
    case unreachable
    case noRoute
    case blocked
}

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
        /// The settings, with host names resolved.
        case settings
        /// A beacon on the LAN.
        case lan
        /// The peer's own message, which a broker has kept.
        case rendezvous
        /// The peer's own packets.
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
    /// When the peer was added, or last heard; nil while it is up.
    public var downSince: Instant? = nil
    /// The peer's addresses in the settings.
    public var endpoints: [Endpoint] = []
    /// Our index of the current session; the media thread may be one ahead.
    public var sessionIndex: UInt32? = nil
    /// The peer's name for other stations (protocol.md §2.4, `who`).
    public var memberName: MemberName? = nil
    /// The number of the peer that passes packets on, or did until it went down; nil while they go
    /// to an address.
    public var forwarder: Int? = nil
    /// Whether packets go anywhere; false while another path is looked for.
    public var hasPath = true
    /// How many addresses of the peer are known.
    public var addressCount = 0
}
