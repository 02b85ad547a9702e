public import Crypto
public import Wire

/// A voice message on disk and between stations: a recording of one talker (recordings.md §1),
/// sealed to the recipient's message key.
public enum SealedMessage {
    /// The longest message.
    public static let secondsMax = 300
    /// The largest file.
    public static let sizeMax = 2 << 20
    /// The possible sizes of a file, which exceed the header for one key (recordings.md §1).
    public static let sizes = 1_201...sizeMax
    /// The most bytes that the header and the seals of chunks add to the entries.
    public static let overheadMax = 8_192
    public static let entriesMax = sizeMax - overheadMax

    /// Seals entries of at most `RecordingChunk.sizeMax` bytes each.
    public static func seal(
        _ entries: Span<UInt8>, startMilliseconds: UInt64, to key: RecordingPublicKey,
        suite: Suite
    ) -> [UInt8] {
        var sealer = RecordingSealer(
            suite: suite, startMilliseconds: startMilliseconds, to: [key])
        var (file, chunk) = (sealer.header.bytes, RecordingChunk())
        var place = 0
        while let entry = RecordingEntry(parsing: entries, at: place) {
            let content = entries.extracting(entry.content)
            while !chunk.add(content, source: entry.source, at: entry.milliseconds) {
                sealer.append(&chunk, isLast: false, to: &file)
            }
            place = entry.content.upperBound
        }
        sealer.append(&chunk, isLast: true, to: &file)
        return file
    }

    /// Opens a message and returns its entries; nil if it is incomplete or sealed to another key.
    public static func open(_ file: Span<UInt8>, with key: borrowing RecordingKey) -> [UInt8]? {
        var reader = RecordingReader()
        var (place, entries): (Int, [UInt8]) = (0, [])
        while reader.wanted > 0 {
            let part = place..<min(place + reader.wanted, file.count)
            place = part.upperBound
            switch reader.take(file.extracting(part)) {
            case .more, .end: break
            case .header:
                guard (try? reader.unlock(with: key)) != nil else { return nil }
            case .chunk(let index, let place):
                guard index == place else { return nil }
                for place in reader.entries.indices { entries.append(reader.entries[place]) }
            case .fault: return nil
            }
        }
        return entries
    }
}

extension RecordingSealer {
    /// Seals a chunk, appends it to what the file has, and clears it.
    public mutating func append(
        _ chunk: inout RecordingChunk, isLast: Bool, to file: inout [UInt8]
    ) {
        var room = [UInt8](repeating: 0, count: chunk.entries.count + Self.overhead)
        var span = room.mutableSpan
        _ = seal(chunk.entries.span, isLast: isLast, into: &span)
        file += room
        chunk.clear()
    }
}

/// The facts in the name of a message's file: all that this station can read of a sent message.
public struct KeptMessage: Equatable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        // Of this station's own messages.
        /// Not fetched by the peer yet.
        case waiting
        case delivered
        case listened
        /// The peer's key does not open the message.
        case unreadable
        // Of messages from peers.
        case new
        case heard
        /// Deleted, unheard or heard; the message is not fetched again.
        case gone
        case heardAndGone = "heard-and-gone"

        /// The rank of the state; a message changes only to a state of higher rank.
        public var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The longest message, with a margin for rounding.
    public static let millisecondsMax = SealedMessage.secondsMax * 1_000 + 1_000
    /// Times of 13 digits: to the year 2286.
    public static let starts = 0...9_999_999_999_999

    public let id: CallID
    /// The characters of the peer's public key.
    public let peer: String
    /// When it was spoken, in milliseconds since 1970 by that station's clock; 0 if unknown.
    public let start: Int
    public var milliseconds: Int
    /// Bytes of the sealed file.
    public var size: Int
    public var state: State
    /// Identifies the message while the program runs.
    public var number = 0
    /// The number that people see: one for a message to several peers, which has one id.
    public var shownNumber = 0

    public init(
        id: CallID, peer: String, start: Int, milliseconds: Int, size: Int, state: State
    ) {
        (self.id, self.peer, self.start) = (id, peer, start)
        (self.milliseconds, self.size, self.state) = (milliseconds, size, state)
    }

    /// Whether a peer sent the message.
    public var isIncoming: Bool {
        switch state {
        case .new, .heard, .gone, .heardAndGone: true
        case .waiting, .delivered, .listened, .unreadable: false
        }
    }

    /// Whether only the name is kept, so that the message is not fetched again.
    public var isDeleted: Bool { state == .gone || state == .heardAndGone }

    public var seconds: Double { Double(milliseconds) / 1_000 }

    /// The notice of the message for the peer.
    public var notice: MessageNotice {
        MessageNotice(
            id: id, size: UInt32(clamping: size), milliseconds: UInt32(clamping: milliseconds),
            start: UInt64(clamping: start))
    }

    /// Whether its sound is kept.
    public var hasSound: Bool { state == .waiting || state == .new || state == .heard }

    public var fileName: String {
        // Of fixed width, so that names sort by time.
        let digits = String(start)
        let padding = String(repeating: "0", count: max(0, 13 - digits.utf8.count))
        return "\(padding)\(digits)_\(id.text)_\(milliseconds)_\(size)_\(peer).\(state.rawValue)"
    }

    /// Reads what `fileName` writes; nil for anything else.
    public init?(fileName: String) {
        let dot = fileName.split(separator: ".")
        guard dot.count == 2, let state = State(rawValue: String(dot[1])) else { return nil }
        let parts = dot[0].split(separator: "_").map { String($0) }
        guard parts.count == 5, let start = Int(parts[0]), Self.starts.contains(start),
            let id = CallID(parts[1]), let milliseconds = Int(parts[2]),
            (0...Self.millisecondsMax).contains(milliseconds), let size = Int(parts[3]),
            (0...SealedMessage.sizeMax).contains(size)
        else { return nil }
        self.init(
            id: id, peer: parts[4], start: start, milliseconds: milliseconds, size: size,
            state: state)
        guard self.fileName == fileName else { return nil }
    }
}

/// The room for messages; each peer's share shrinks with the free room, so that no peer takes all
/// of it.
public struct MessageRoom: Sendable {
    static let bytesMax = 64 << 20
    static let countMax = 256

    private var all = (bytes: 0, count: 0)
    private var own = (bytes: 0, count: 0)

    /// Measures the room for another message to or from a peer, beside the kept ones.
    public init(for peer: String, isIncoming: Bool, among kept: [KeptMessage]) {
        for message in kept where message.hasSound && message.isIncoming == isIncoming {
            all = (all.bytes + message.size, all.count + 1)
            if message.peer == peer { own = (own.bytes + message.size, own.count + 1) }
        }
    }

    public func has(_ size: Int) -> Bool {
        own.bytes + size <= Self.bytesMax - all.bytes && own.count < Self.countMax - all.count
    }
}
