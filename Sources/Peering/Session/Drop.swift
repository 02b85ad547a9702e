/// Why a handshake message was ignored.
///
/// Ignored messages get no answer; the caller counts them.
public enum Drop: String, CaseIterable, Error {
    /// The length is not that of the type.
    case length
    /// A type, version, suite or flag that this version does not have, or an index whose first byte
    /// is below 0x10.
    case header
    /// A cookie reply to no M1 of ours, or an M1 whose mac lacks our cookie for its source.
    case cookie
    /// The sender does not know the responder's public key.
    case mac
    /// No peer is pinned to M1's suite.
    case suite
    /// M1's encapsulation key is not valid (FIPS 203 §7.2).
    case modulus
    /// A public key that gives an all-zero shared secret.
    case lowOrder = "low_order"
    /// M2 or M3 for an unknown handshake.
    case index
    /// Too many attempts in one second.
    case tries
    /// M2, or the identity in M3, does not decrypt.
    case decrypt
    /// M3 names a key that belongs to no peer; the claim is not proven.
    case unknownKey = "unknown_key"
    /// M3 of a peer that is configured for the other suite.
    case wrongSuite = "wrong_suite"
    /// M3 names a peer, but its end does not decrypt: another psk, or not that peer.
    case psk
    /// M3 of a peer, while our own M3 to it is under way and has precedence.
    case crossed
    /// A second, different M3 for a handshake that is complete, or an M1 with a cookie again.
    case repeated
    /// The station is saying goodbye.
    case closing
    /// An M1 whose source has used up its answers under load.
    case rate
    /// A message that was passed on by a peer, which has not told of that way.
    case way
}
