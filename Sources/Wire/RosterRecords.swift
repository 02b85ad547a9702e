/// A notice of the roster that a station has (ROSTER, protocol.md §2.4 and §4.3).
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
    /// The `text` of the notice.
    public var text: UInt64
    /// Where the part begins, in bytes.
    public var offset: UInt16

    public init(text: UInt64, offset: UInt16) {
        self.text = text
        self.offset = offset
    }
}

/// A part of a file that a peer asked for: of a roster (ROSTER_PART), or of a voice message or a
/// message key (MESSAGE).
public struct FilePart: Sendable {
    /// Bytes of every part but the last.
    public static let rosterSize = 48
    public static let messageSize = 47

    /// The `text` of a roster's notice, or the first half of a message's id.
    public let file: UInt64
    /// Where the part begins, in bytes.
    public let start: Int
    public private(set) var bytes = InlineArray<48, UInt8>(repeating: 0)
    /// The bytes that count, at least 1.
    public let count: Int

    /// Takes the part of a roster that begins at `offset`; nil for an offset beyond the end.
    public init?(ofRoster whole: Span<UInt8>, at offset: UInt16, text: UInt64) {
        self.init(of: whole, at: Int(offset), size: Self.rosterSize, file: text)
    }

    /// Takes a part of a message or a key; nil for a number beyond the last part.
    public init?(_ number: UInt32, ofMessage whole: Span<UInt8>, id: CallID) {
        let start = Int(number) * Self.messageSize
        self.init(of: whole, at: start, size: Self.messageSize, file: id.high)
    }

    private init?(of whole: Span<UInt8>, at start: Int, size: Int, file: UInt64) {
        guard start < whole.count else { return nil }
        let end = min(start + size, whole.count)
        self.init(file: file, start: start, bytes: whole.extracting(start..<end))
    }

    init(file: UInt64, start: Int, bytes found: Span<UInt8>) {
        (self.file, self.start, count) = (file, start, found.count)
        for place in found.indices { bytes[place] = found[place] }
    }
}

extension FilePart: Equatable {
    public static func == (left: FilePart, right: FilePart) -> Bool {
        left.file == right.file && left.start == right.start && left.count == right.count
            && left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }
}
