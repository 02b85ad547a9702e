/// The key by which two stations recognise each other's beacons on the LAN (protocol.md §1.9).
///
/// Both compute it from their static keys and their psk, so no other station can make or recognise
/// the tags of a beacon. A class, so that its secret stays in place.
public final class TagKey: Sendable {
    /// Bytes of a tag.
    ///
    /// With 48 bits, one in 10^11 beacons of strangers causes a false call by chance, and the
    /// handshake of that call fails.
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
    /// No other computation uses the two static keys without an ephemeral key.
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

/// The secret of two stations for their rendezvous at a broker (protocol.md §1.10).
///
/// To others the topics look random. Only the two stations can read the messages there, and they
/// accept no third station's. A class, so that its secret stays in place.
public final class RendezvousKey: Sendable {
    private static let saltSize = 16
    /// How many bytes a sealed text is longer than the text.
    public static let overhead = saltSize + AEAD.tagSize
    /// Bytes of a topic's name, written with two digits each.
    private static let topicSize = 16

    private let root: Key

    /// The key of a pair; nil where the peer's public key is a point of low order.
    public init?(own secret: borrowing Key, peer: PublicKey, psk: borrowing Key) {
        guard
            let root = Key.ofPair("intercom/1 rv", own: secret, peer: peer, psk: psk)
        else { return nil }
        self.root = root
    }

    /// The topic where `writer`, one of the two, leaves its message on a day, counted from
    /// 1970-01-01 in UTC.
    public func topic(day: UInt32, writer: PublicKey) -> String {
        let name = Self.derive(root, "topic", writer.bytes.span, day: day).finish()
        return Hexadecimal.text(name.span.extracting(first: Self.topicSize))
    }

    /// Seals a text for a topic, with a fresh key made from random bytes.
    public func seal(
        _ text: Span<UInt8>, for topic: String, random: (inout MutableSpan<UInt8>) -> Void
    ) -> [UInt8] {
        var salt = [UInt8](repeating: 0, count: Self.saltSize)
        var bytes = salt.mutableSpan
        random(&bytes)
        let key = Self.derive(root, "seal", salt.span).finishKey()
        var cipher = AEAD(suite: .chaChaPoly, key: key)
        var sealed = [UInt8](repeating: 0, count: text.count + AEAD.tagSize)
        var room = sealed.mutableSpan
        cipher.seal(
            nonce: AEAD.Nonce(repeating: 0), ad: Array(topic.utf8).span, plaintext: text,
            into: &room)
        return salt + sealed
    }

    /// The text; nil unless the peer, or this station itself, has sealed it for this topic.
    public func open(_ sealed: Span<UInt8>, at topic: String) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let key = Self.derive(root, "seal", sealed.extracting(0..<Self.saltSize)).finishKey()
        var cipher = AEAD(suite: .chaChaPoly, key: key)
        var text = [UInt8](repeating: 0, count: sealed.count - Self.overhead)
        var room = text.mutableSpan
        let isOpen = cipher.open(
            nonce: AEAD.Nonce(repeating: 0), ad: Array(topic.utf8).span,
            sealed: sealed.extracting(Self.saltSize..<sealed.count), into: &room)
        return isOpen ? text : nil
    }

    /// Takes the key as an argument: its bytes cannot be borrowed through a class.
    private static func derive(
        _ root: borrowing Key, _ label: StaticString, _ bytes: Span<UInt8>, day: UInt32 = 0
    ) -> HMAC {
        var mac = HMAC(key: root.bytes)
        mac.update(label.bytes)
        mac.update(bytes)
        for shift in [24, 16, 8, 0] { mac.update(UInt8(truncatingIfNeeded: day >> UInt32(shift))) }
        return mac
    }
}
