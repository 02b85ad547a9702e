public import Crypto
public import Time
public import Wire

/// The outcome of a datagram from the handshake socket.
public enum Verdict: Equatable, Sendable {
    case accepted
    case dropped(Drop)
}

/// Why a handshake message was ignored.
///
/// None is answered. The caller counts them by `counter`.
public enum Drop: Equatable, Sendable {
    /// Its length is not that of its type.
    case length
    /// A type, version, suite or flag that this version does not have, or an index whose first byte
    /// is below 0x10.
    case header
    /// A cookie reply to no M1 of ours, or an M1 whose mac has no cookie of ours and its source.
    case cookie
    /// The sender does not know the responder's public key.
    case mac
    /// No peer is pinned to M1's suite.
    case suite
    /// M1's encapsulation key is not valid (FIPS 203 §7.2).
    case modulus
    /// A public key that gives an all-zero shared secret.
    case lowOrder
    /// M2 or M3 for an unknown handshake.
    case index
    /// Too many attempts in one second.
    case tries
    /// M2, or the identity in M3, does not decrypt.
    case decrypt
    /// M3 names a key that belongs to no peer; the claim is not proven.
    case unknownKey(PublicKey)
    /// M3 of a peer that is configured for the other suite.
    case wrongSuite(peer: Int)
    /// M3 names a peer, but its end does not decrypt: another psk, or not that peer.
    case psk(peer: Int)
    /// M3 of a peer, while our own M3 to it is under way and has precedence.
    case crossed(peer: Int)
    /// An M1 whose source had as many answers as it may have under load.
    case rate
    /// A second, different M3 for a handshake that is complete, or an M1 with a cookie again.
    case repeated
    /// The station is saying goodbye.
    case closing

    /// The words for `counter`, in its order.
    public static let names: [StaticString] = [
        "length", "header", "cookie", "mac", "suite", "modulus", "low-order", "index", "tries",
        "decrypt", "unknown-key", "wrong-suite", "psk", "crossed", "repeated", "closing", "rate",
    ]

    /// The number of the cause, an index into `names`.
    public var counter: Int {
        switch self {
        case .length: 0
        case .header: 1
        case .cookie: 2
        case .mac: 3
        case .suite: 4
        case .modulus: 5
        case .lowOrder: 6
        case .index: 7
        case .tries: 8
        case .decrypt: 9
        case .unknownKey: 10
        case .wrongSuite: 11
        case .psk: 12
        case .crossed: 13
        case .repeated: 14
        case .closing: 15
        case .rate: 16
        }
    }
}

/// More handshakes are asked for than a house of stations needs.
public struct Flood: Equatable, Sendable {
    public let since: Instant
    /// When it ends if nothing more comes.
    public let until: Instant
    /// First messages in a second, lately.
    public let perSecond: Int
    /// Where the last one without a cookie came from, or claims to.
    public let lastSource: Endpoint?
}

/// What was counted of the handshakes that others have started.
public struct InitiationCounts: Equatable, Sendable {
    /// M1 whose mac was right.
    public var initiations: UInt64 = 0
    public var cookiesSent: UInt64 = 0
    /// Handshakes that were given up to make room.
    public var evicted: UInt64 = 0

    public init() {}
}
