/// One record in a control packet (protocol.md §2.4).
///
/// Fields are as the peer sent them: a value this version does not know is kept, and the reader of
/// the record decides what it means.
public enum ControlRecord: Equatable, Sendable {
    /// Key confirmation, 0 from the handshake's responder or 1 from its initiator, with the run of
    /// the sender's program.
    case confirm(UInt8, boot: UInt64)
    case ack(Acknowledgement)
    case report(Report)
    case pathChallenge(UInt64)
    case pathResponse(UInt64)
    case ping(UInt32)
    case pong(UInt32)
    case spurtEnd(SpurtEnd)
    case close(CloseReason)
    case heard(Heard)
    /// Another station uses the receiver's key: a card was copied.
    case keyShared
    case roster(RosterNotice)
    case rosterQuestion(RosterQuestion)
    case rosterPart(FilePart)
    case message(MessageRecord)
    case offer(Offer)
    /// The offer of this call has reached a station that now rings.
    case ringing(mid: UInt32, CallID)
    case answer(Answer)
    case reject(CallEnd)
    case cancel(CallEnd)
    case bye(CallEnd)
    case stream(StreamBinding)
    case signal(Signal)
    case result(RequestResult)
    case member(CallMember)
    case forward(ForwardNotice)
    /// A record of type 16 or above that this version does not know: acknowledged and otherwise
    /// ignored.
    case unknown(mid: UInt32, type: UInt8)

    /// The record's number, by which the peer acknowledges it; nil for types below 16.
    public var mid: UInt32? {
        switch self {
        case .confirm, .ack, .report, .pathChallenge, .pathResponse, .ping, .pong, .spurtEnd,
            .close, .heard, .keyShared, .roster, .rosterQuestion, .rosterPart, .message:
            nil
        case .offer(let offer): offer.mid
        case .ringing(let mid, _): mid
        case .answer(let answer): answer.mid
        case .reject(let end), .cancel(let end), .bye(let end): end.mid
        case .stream(let binding): binding.mid
        case .signal(let signal): signal.mid
        case .result(let result): result.mid
        case .member(let member): member.mid
        case .forward(let notice): notice.mid
        case .unknown(let mid, _): mid
        }
    }

    /// Whether the record stays valid with age: it serves the session alone, or carries signed or
    /// numbered data.
    ///
    /// Such a record is acted on however old its packet is; any other record starts something, or
    /// reports the present state.
    public var isTimeless: Bool {
        switch self {
        case .confirm, .ack, .pathChallenge, .pathResponse, .ping, .pong, .close, .roster,
            .rosterQuestion, .rosterPart, .message:
            true
        default: false
        }
    }

    /// The type byte, first of the record.
    public var type: UInt8 {
        switch self {
        case .confirm: 1
        case .ack: 2
        case .report: 3
        case .pathChallenge: 4
        case .pathResponse: 5
        case .ping: 6
        case .pong: 7
        case .spurtEnd: 8
        case .close: 9
        case .heard: 10
        case .keyShared: 11
        case .roster: 12
        case .rosterQuestion: 13
        case .rosterPart: 14
        case .message: 15
        case .offer: 16
        case .ringing: 17
        case .answer: 18
        case .reject: 19
        case .cancel: 20
        case .bye: 21
        case .stream: 22
        case .signal: 23
        case .result: 24
        case .member: 25
        case .forward: 26
        case .unknown(_, let type): type
        }
    }
}

/// The numbers of one to eight records that have arrived (ACK, protocol.md §2.4).
public struct Acknowledgement: Equatable, Sendable {
    public static let capacity = 8

    /// The numbers: the first `count` are valid, the others are 0.
    public private(set) var mids = InlineArray<8, UInt32>(repeating: 0)
    public private(set) var count = 0

    public init(_ mid: UInt32) { append(mid) }

    init(first mid: UInt32, body: Span<UInt8>) {
        self.init(mid)
        for offset in stride(from: 4, to: body.count, by: 4) { append(body.uint32(at: offset)) }
    }

    public var isFull: Bool { count == Self.capacity }

    /// Adds a number; the list must not be full.
    public mutating func append(_ mid: UInt32) {
        precondition(!isFull)
        mids[count] = mid
        count += 1
    }

    public func contains(_ mid: UInt32) -> Bool {
        for index in 0..<count where mids[index] == mid { return true }
        return false
    }

    public static func == (left: Acknowledgement, right: Acknowledgement) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left.mids[index] != right.mids[index] { return false }
        return true
    }
}

/// The longest time of a page, after which its sender, its listeners and `intercomctl` end it.
public enum PageLimit {
    public static let seconds = 60
    public static let time = Duration.seconds(seconds)
}
