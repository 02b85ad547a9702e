internal import Crypto

/// An announcement of a station on the LAN: random bytes, and one tag for each peer
/// (protocol.md §1.9).
///
/// There are always 32 tags, in random order. Random numbers fill the places without a peer; a peer
/// recognises only its own tag.
struct Beacon: Equatable, Sendable {
    static let tags = 32

    let nonce: [UInt8]
    let tags: [UInt64]

    private static let version = Array("v=1".utf8)
    private static let nonceKey = Array("n=".utf8)
    private static let tagsKey = Array("t=".utf8)

    /// Makes a beacon of this station for the peers with these keys.
    init(of own: PublicKey, to keys: [TagKey], _ lots: Lots) {
        precondition(keys.count <= Self.tags)
        let nonce = lots.bytes(TagKey.nonceSize)
        var tags = keys.map { $0.tag(nonce: nonce.span, announcer: own) }
        while tags.count < Self.tags { tags.append(lots.number() >> 16) }
        for place in tags.indices.dropFirst() {
            tags.swapAt(place, lots.below(place + 1))
        }
        self.nonce = nonce
        self.tags = tags
    }

    /// Reads the strings of a TXT record; nil for another version, or another number of bytes.
    init?(text: [UInt8]) {
        guard let strings = TextStrings(parsing: text), strings.contains(Self.version),
            let nonce = strings.value(of: Self.nonceKey), nonce.count == TagKey.nonceSize,
            let tags = strings.value(of: Self.tagsKey),
            tags.count == Self.tags * TagKey.tagSize
        else { return nil }
        self.nonce = nonce
        self.tags = (0..<Self.tags).map { place in
            tags[place * TagKey.tagSize..<(place + 1) * TagKey.tagSize]
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The strings of the TXT record.
    var text: [UInt8] {
        let tags = tags.flatMap { tag in
            (0..<TagKey.tagSize).map { UInt8(truncatingIfNeeded: tag >> (40 - 8 * $0)) }
        }
        return TextStrings.bytes(of: [Self.version, Self.nonceKey + nonce, Self.tagsKey + tags])
    }

    /// A number that identifies the beacon, so that a copy of it is no news.
    var mark: UInt64 { nonce.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Whether the beacon is from this peer to this station; `key` is the key of the pair.
    func isOf(_ peer: PublicKey, by key: TagKey) -> Bool {
        tags.contains(key.tag(nonce: nonce.span, announcer: peer))
    }
}

/// The strings of a TXT record, each after its length (RFC 6763 §6).
struct TextStrings: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    /// Nil when a string is cut short.
    init?(parsing text: [UInt8]) {
        rest = text[...]
        var others = self
        while others.next() != nil {}
        guard others.rest.isEmpty else { return nil }
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let size = rest.first, Int(size) < rest.count else { return nil }
        let string = rest.dropFirst().prefix(Int(size))
        rest = rest.dropFirst(1 + Int(size))
        return string
    }

    func contains(_ string: [UInt8]) -> Bool { contains { $0.elementsEqual(string) } }

    /// The value of a key; of several strings with that key the first counts (RFC 6763 §6.4).
    func value(of key: [UInt8]) -> [UInt8]? {
        first { $0.starts(with: key) }.map { Array($0.dropFirst(key.count)) }
    }

    /// The bytes of a record of these strings.
    static func bytes(of strings: [[UInt8]]) -> [UInt8] {
        strings.flatMap { [UInt8($0.count)] + $0 }
    }
}
