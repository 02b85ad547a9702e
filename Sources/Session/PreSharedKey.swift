public import Crypto

/// A key that two stations have besides their own: from a person, a pairing, or made by themselves.
///
/// A class, so that it lies in one place, which is wiped when the last one lets go of it.
public final class PreSharedKey: Sendable {
    public let key: Key

    /// By which one station says that it has this key (PSK_READY, protocol.md §2.4).
    let reference: UInt64

    public init(_ key: consuming Key) {
        let hash = SHA256.hash(label: "intercom/1 site psk ready", key.bytes)
        reference = SHA256.reference(of: hash)
        self.key = key
    }

    func equals(_ other: PreSharedKey) -> Bool { key.isEqual(to: other.key) }
}

/// What the files have of the psk that this station and a peer make by themselves (protocol.md
/// §4.3).
public enum PairPSK: Sendable {
    /// They make none: they are not of one site, or have one from a person or a pairing.
    case unwanted
    /// None yet.
    case none
    /// It is on this station's disk. The peer may have it, or use it already, or not.
    case pending(PreSharedKey)
    /// Both have it, and no session is without it.
    case used(PreSharedKey)
}
