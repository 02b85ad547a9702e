/// The roster of its site that a station has (ROSTER, protocol.md §2.4 and §4.3).
public struct RosterNotice: Equatable, Sendable {
    /// Eight bytes that are made from the site's key.
    public var site: UInt64
    public var counter: UInt64
    /// Bytes of its text.
    public var size: UInt16
    /// The first eight bytes of SHA-256 of its text.
    public var text: UInt64
    /// Whether its sender has the key that signs the roster.
    public var introduces = false

    public init(site: UInt64, counter: UInt64, size: UInt16, text: UInt64) {
        self.site = site
        self.counter = counter
        self.size = size
        self.text = text
    }
}

/// A question for a part of a roster (ROSTER_ASK).
public struct RosterQuestion: Equatable, Sendable {
    /// As in the notice.
    public var text: UInt64
    /// Where the part begins, in bytes.
    public var offset: UInt16

    public init(text: UInt64, offset: UInt16) {
        self.text = text
        self.offset = offset
    }
}

/// A part of a roster (ROSTER_PART).
public struct RosterPart: Sendable {
    /// Bytes of every part but the last.
    public static let size = 48

    /// As in the notice.
    public var text: UInt64
    /// Where it begins, in bytes.
    public var offset: UInt16
    /// 1 to `size` bytes count.
    public private(set) var bytes = InlineArray<48, UInt8>(repeating: 0)
    public private(set) var count: Int

    /// Takes the part of a text that begins at `offset`; nil where the text has none there.
    public init?(of bytes: Span<UInt8>, at offset: UInt16, text: UInt64) {
        guard Int(offset) < bytes.count else { return nil }
        self.init(
            text: text, offset: offset,
            bytes: bytes.extracting(
                Int(offset)..<min(Int(offset) + Self.size, bytes.count)))
    }

    init(text: UInt64, offset: UInt16, bytes found: Span<UInt8>) {
        (self.text, self.offset, count) = (text, offset, found.count)
        for place in found.indices { bytes[place] = found[place] }
    }
}

extension RosterPart: Equatable {
    public static func == (left: RosterPart, right: RosterPart) -> Bool {
        left.text == right.text && left.offset == right.offset && left.count == right.count
            && left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }
}
