/// A record of voice messages (MESSAGE, recordings.md §2): a kind, then its fields.
public enum MessageRecord: Equatable, Sendable {
    /// Asks for a part of a message, or of the message key.
    case ask(CallID, part: UInt32)
    case part(MessagePart)
    case notice(MessageNotice)
    /// What has become of a message, at the station that it is for.
    case state(CallID, MessageState)

    /// The id that stands for the message key.
    public static let key = CallID(high: 0, low: 0)

    var kind: UInt8 {
        switch self {
        case .ask: 0
        case .part: 1
        case .notice: 2
        case .state: 3
        }
    }

    /// Reads a body; nil for a kind that is not known, and for a body that is too short for its
    /// kind.
    init?(_ body: Span<UInt8>) {
        guard body.count >= 17 else {
            guard body.count > 13, body[0] == 1 else { return nil }
            self = .part(MessagePart(body))
            return
        }
        let id = CallID(high: body.uint64(at: 1), low: body.uint64(at: 9))
        switch body[0] {
        case 0 where body.count >= 21: self = .ask(id, part: body.uint32(at: 17))
        case 1: self = .part(MessagePart(body))
        case 2 where body.count >= 33:
            self = .notice(
                MessageNotice(
                    id: id, size: body.uint32(at: 17), milliseconds: body.uint32(at: 21),
                    start: body.uint64(at: 25)))
        case 3 where body.count >= 18: self = .state(id, MessageState(rawValue: body[17]))
        default: return nil
        }
    }
}

/// What a sender tells of a message before it is asked for its parts.
public struct MessageNotice: Equatable, Sendable {
    public var id: CallID
    /// Bytes of the sealed file; 0 asks only what has become of it.
    public var size: UInt32
    /// How long it lasts.
    public var milliseconds: UInt32
    /// When it was spoken, in milliseconds since 1970; 0 where the sender's clock was not set.
    public var start: UInt64

    public init(id: CallID, size: UInt32, milliseconds: UInt32, start: UInt64) {
        (self.id, self.size, self.milliseconds, self.start) = (id, size, milliseconds, start)
    }
}

/// A part of a message's file, or of the message key.
public struct MessagePart: Sendable {
    /// Bytes of every part but the last.
    public static let size = 47

    /// The first half of the id.
    public let id: UInt64
    public let number: UInt32
    /// 1 to `size` bytes count.
    public private(set) var bytes = InlineArray<47, UInt8>(repeating: 0)
    public let count: Int

    /// The number of parts of so many bytes.
    public static func count(of size: Int) -> Int { (size + Self.size - 1) / Self.size }

    /// Takes a part of a file; nil where the file has none of this number.
    public init?(_ number: UInt32, of file: Span<UInt8>, id: CallID) {
        guard Int(number) < Self.count(of: file.count) else { return nil }
        let start = Int(number) * Self.size
        (self.id, self.number, count) = (id.high, number, min(Self.size, file.count - start))
        for place in 0..<count { bytes[place] = file[start + place] }
    }

    init(_ body: Span<UInt8>) {
        (id, number, count) = (body.uint64(at: 1), body.uint32(at: 9), body.count - 13)
        for place in 0..<count { bytes[place] = body[13 + place] }
    }
}

extension MessagePart: Equatable {
    public static func == (left: MessagePart, right: MessagePart) -> Bool {
        left.id == right.id && left.number == right.number && left.count == right.count
            && left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }
}

/// What has become of a message, as the station that it is for tells its sender.
public struct MessageState: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// On its disk.
    public static let delivered = MessageState(rawValue: 1)
    public static let heard = MessageState(rawValue: 2)
    /// It has no room: the sender asks again later.
    public static let full = MessageState(rawValue: 3)
    /// Its settings allow the sender no messages: the sender asks again later.
    public static let denied = MessageState(rawValue: 4)
    /// Its key does not open it.
    public static let unreadable = MessageState(rawValue: 5)
}
