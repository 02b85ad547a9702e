public import Crypto
public import Wire

/// Why a peer is down, as far as this station can see; the words for it are the program's.
///
/// What an unauthenticated packet or an ICMP error tells is a hint: it decides this word, of a
/// peer that is down anyway, and nothing else.
public enum DownReason: Equatable, Sendable {
    /// This station has no network, so the peer may be as well as ever.
    case noNetwork
    /// The name of its address is not found.
    case unresolved
    /// One of its addresses is this station's own; the daemon knows those, and not the session.
    case ownAddress(Endpoint)
    /// It has not called, and there is no address to call it at.
    case noAddress
    /// It has been called for a few seconds only.
    case calling
    /// Nothing came back, not even an error.
    case noAnswer
    /// It proves its own key in its answers, and does not go on with ours.
    case notAccepted
    /// It called, and its pre-shared key is not the one known here.
    case psk
    /// It called in this suite, and is pinned to the other one here.
    case suite(Suite)
    /// A station at its address called with this key, which no peer has.
    case otherKey(PublicKey, at: Endpoint)
    /// A packet from its address was made for another key than this station's.
    case toldOtherKey(at: Endpoint)
    /// Its machine answers that nobody listens at the port.
    case portClosed(Endpoint)
    /// The network answers that the address cannot be reached.
    case unreachable(Endpoint)
    /// This machine has no route there.
    case noRoute(Endpoint)
    /// This machine does not let the packet out.
    case blocked(Endpoint)

    /// The word for programs.
    public var code: StaticString {
        switch self {
        case .noNetwork: "no_network"
        case .unresolved: "unresolved"
        case .ownAddress: "own_address"
        case .noAddress: "no_address"
        case .calling: "calling"
        case .noAnswer: "no_answer"
        case .notAccepted: "not_accepted"
        case .psk: "psk"
        case .suite: "suite"
        case .otherKey: "other_key"
        case .toldOtherKey: "told_other_key"
        case .portClosed: "port_closed"
        case .unreachable: "unreachable"
        case .noRoute: "no_route"
        case .blocked: "blocked"
        }
    }

    /// Whether a handshake with the peer's key proves it, and not only what was seen on the way.
    public var isProven: Bool {
        switch self {
        case .notAccepted, .psk, .suite: true
        default: false
        }
    }

    /// Whether settings of one side are to be mended: waiting will not do.
    public var needsMending: Bool {
        switch self {
        case .unresolved, .ownAddress, .notAccepted, .psk, .suite, .otherKey, .toldOtherKey,
            .blocked:
            true
        case .noNetwork, .noAddress, .calling, .noAnswer, .portClosed, .unreachable, .noRoute:
            false
        }
    }
}

/// What became of a datagram to where a peer should be, as the kernel tells.
public enum ProbeOutcome: Equatable, Sendable {
    /// No error came: somebody listens, or nobody says that nobody does.
    case silent
    case portClosed
    case unreachable
    case noRoute
    case blocked
}
