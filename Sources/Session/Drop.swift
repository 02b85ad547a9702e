public import Crypto

/// What became of a datagram from the handshake socket.
public enum Verdict: Equatable, Sendable {
    case accepted
    case dropped(Drop)
}

/// Why a handshake message was ignored.
///
/// None is ever answered. The caller counts, by `counter`.
public enum Drop: Equatable, Sendable {
    /// Not the length its type has.
    case length
    /// Another type, version, suite or flag than this version has, or an index below 0x10.
    case header
    /// A cookie reply, or an M1 keyed with a cookie: this station gives none out.
    case cookie
    /// Made by someone who does not know the responder's public key.
    case mac
    /// No peer is pinned to M1's suite.
    case suite
    /// M1's encapsulation key is none (FIPS 203 §7.2).
    case modulus
    /// A public key that gives an all-zero shared secret.
    case lowOrder
    /// M2 or M3 for a handshake we do not have.
    case index
    /// More than may be tried in one second.
    case tries
    /// M2, or the identity in M3, does not open.
    case decrypt
    /// M3 names a key that is no peer's; the name is not proven.
    case unknownKey(PublicKey)
    /// M3 of a peer that is pinned to the other suite.
    case wrongSuite(peer: Int)
    /// M3 names a peer, and its end does not open: another psk, or not that peer.
    case psk(peer: Int)
    /// M3 of a peer to which our own M3 is under way and has precedence.
    case crossed(peer: Int)
    /// Another M3 for a handshake that is already complete.
    case repeated
    /// The station is saying goodbye.
    case closing

    /// The words for `counter`, in its order.
    public static let names: [StaticString] = [
        "length", "header", "cookie", "mac", "suite", "modulus", "low-order", "index", "tries",
        "decrypt", "unknown-key", "wrong-suite", "psk", "crossed", "repeated", "closing",
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
        }
    }
}
