/// A record of voice messages (MESSAGE, recordings.md §2): a kind, then its fields.
public enum MessageRecord: Equatable, Sendable {
    /// Asks for a part of a message, or of the message key.
    case ask(CallID, part: UInt32)
    case part(FilePart)
    case notice(MessageNotice)
    /// The state of a message at its recipient.
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
            self = .part(FilePart(message: body))
            return
        }
        let id = CallID(high: body.uint64(at: 1), low: body.uint64(at: 9))
        switch body[0] {
        case 0 where body.count >= 21: self = .ask(id, part: body.uint32(at: 17))
        case 1: self = .part(FilePart(message: body))
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

/// The announcement of a message, before the recipient asks for its parts.
public struct MessageNotice: Equatable, Sendable {
    public var id: CallID
    /// Bytes of the sealed file; 0 only asks for the state of the message.
    public var size: UInt32
    /// The duration of the message.
    public var milliseconds: UInt32
    /// When it was spoken, in milliseconds since 1970; 0 where the sender's clock was not set.
    public var start: UInt64

    public init(id: CallID, size: UInt32, milliseconds: UInt32, start: UInt64) {
        (self.id, self.size, self.milliseconds, self.start) = (id, size, milliseconds, start)
    }
}

/// The state of a message, reported by its recipient.
public struct MessageState: RawRepresentable, Equatable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The message is on the recipient's disk.
    public static let delivered = MessageState(rawValue: 1)
    public static let heard = MessageState(rawValue: 2)
    /// The recipient has no room: the sender asks again later.
    public static let full = MessageState(rawValue: 3)
    /// The recipient's settings allow the sender no messages: the sender asks again later.
    public static let denied = MessageState(rawValue: 4)
    /// The recipient's key does not open the message.
    public static let unreadable = MessageState(rawValue: 5)
}

extension FilePart {
    fileprivate init(message body: Span<UInt8>) {
        self.init(
            file: body.uint64(at: 1), start: Int(body.uint32(at: 9)) * Self.messageSize,
            bytes: body.extracting(droppingFirst: 13))
    }
}
