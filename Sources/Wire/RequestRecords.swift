/// Why a station closes its session (CLOSE, protocol.md §2.4).
public struct CloseReason: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let stopping = CloseReason(rawValue: 0)
    public static let revoked = CloseReason(rawValue: 1)
}

/// A request to light or switch something at the peer (SIGNAL).
public struct Signal: Equatable, Sendable {
    public struct Target: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let callLight = Target(rawValue: 1)
        public static let relay = Target(rawValue: 2)
    }

    public var mid: UInt32
    public var target: Target
    /// Eight bytes made from the relay's name; 0 for the call light.
    public var reference: UInt64
    /// The duration, in 0.1 s; 0 for a relay, which has a duration of its own.
    public var time: UInt16

    public init(mid: UInt32, target: Target, reference: UInt64, time: UInt16) {
        self.mid = mid
        self.target = target
        self.reference = reference
        self.time = time
    }
}

/// The outcome of a SIGNAL, of a STREAM's priority, or of an OFFER that rings unheard (RESULT).
public struct RequestResult: Equatable, Sendable {
    public struct Status: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let done = Status(rawValue: 0)
        public static let denied = Status(rawValue: 1)
        public static let unknown = Status(rawValue: 2)
        /// Allowed, but nothing there can show it.
        public static let unseen = Status(rawValue: 3)

        private static let firstUnheard: UInt8 = 16

        /// A call rings but is not heard, for this reason.
        public static func unheard(_ why: Unheard) -> Status {
            Status(rawValue: firstUnheard &+ why.rawValue)
        }

        /// The reason why a ringing call is not heard; nil for another outcome.
        public var unheard: Unheard? {
            rawValue > Self.firstUnheard ? Unheard(rawValue: rawValue - Self.firstUnheard) : nil
        }
    }

    public var mid: UInt32
    /// The number of the SIGNAL, STREAM or OFFER record.
    public var request: UInt32
    public var status: Status

    public init(mid: UInt32, request: UInt32, status: Status) {
        self.mid = mid
        self.request = request
        self.status = status
    }
}

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
