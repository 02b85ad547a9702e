/// The key by which two stations recognise each other's beacons on the LAN (protocol.md §1.9).
///
/// Both compute it from their static keys and their psk, so nobody else can make the tags of an
/// beacon or tell whose they are. A class, so that its secret stays in place.
public final class TagKey: Sendable {
    /// Bytes of a tag.
    ///
    /// At 48 bits chance makes one false call in 10^11 beacons of strangers,
    /// and a call authenticates all the same.
    public static let tagSize = 6
    public static let nonceSize = 16

    private let key: Key

    /// The key of a pair; nil where the peer's public key is a point of low order.
    ///
    /// The label keeps this use apart from that of §1.10.
    public init?(own secret: borrowing Key, peer: PublicKey, psk: borrowing Key) {
        guard
            let key = Key.ofPair("intercom/1 lan", own: secret, peer: peer, psk: psk)
        else { return nil }
        self.key = key
    }

    /// The tag of a beacon: its six bytes as a number, the first one highest.
    ///
    /// The announcer's key is in it, or a station would recognise a copy of its own beacon as
    /// its peer's.
    public func tag(nonce: Span<UInt8>, announcer: PublicKey) -> UInt64 {
        TagKey.tag(key, nonce, announcer)
    }

    /// Takes the key as an argument: its bytes cannot be borrowed through a class.
    private static func tag(
        _ key: borrowing Key, _ nonce: Span<UInt8>, _ announcer: PublicKey
    ) -> UInt64 {
        precondition(nonce.count == nonceSize)
        var mac = HMAC(key: key.bytes)
        mac.update(StaticString("tag").bytes)
        mac.update(nonce)
        mac.update(announcer.bytes.span)
        let digest = mac.finish()
        var tag: UInt64 = 0
        for i in 0..<tagSize { tag = tag << 8 | UInt64(digest[i]) }
        return tag
    }
}

extension Key {
    /// A secret of two stations, from their static keys and their psk; nil where the peer's public
    /// key is a point of low order.
    ///
    /// The static secrets meet nowhere else without an ephemeral key.
    static func ofPair(
        _ label: StaticString, own secret: borrowing Key, peer: PublicKey, psk: borrowing Key
    ) -> Key? {
        guard let shared = X25519.shared(secret, with: peer) else { return nil }
        var hash = SHA256()
        hash.update(label.bytes)
        hash.update(psk.bytes)
        hash.update(shared.bytes)
        return hash.finishKey()
    }
}
