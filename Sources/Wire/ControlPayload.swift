/// The records of one control packet to be sent (protocol.md §2.4).
///
/// 64 bytes, the smallest plaintext; the sealing side adds zeros up to the P in force.
public struct ControlPayload: Equatable, Sendable {
    public static let capacity = FrameLayout.plaintextMin

    /// The records, then zeros.
    public private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
    private var used = 0

    public init() {}

    /// The payload of a packet with one record.
    ///
    /// Every record fits: the longest has 60 bytes.
    public init(_ record: ControlRecord) {
        let fits = append(record)
        precondition(fits)
    }

    public var isEmpty: Bool { used == 0 }

    public static func == (left: ControlPayload, right: ControlPayload) -> Bool {
        left.used == right.used
            && left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }

    /// Adds a record after those already there.
    ///
    /// - Returns: false when there is no room left; nothing has changed then.
    public mutating func append(_ record: ControlRecord) -> Bool {
        let recordSize = 2 + record.bodySize
        guard used + recordSize <= Self.capacity else { return false }
        var span = bytes.mutableSpan
        span[used] = record.type
        span[used + 1] = UInt8(record.bodySize)
        record.write(into: &span, at: used + 2)
        used += recordSize
        return true
    }
}

extension ControlRecord {
    fileprivate var bodySize: Int {
        switch self {
        case .confirm: 9
        case .close: 1
        case .ack(let list): 4 * list.count
        case .report: 13
        case .pathChallenge, .pathResponse: 8
        case .ping, .pong, .unknown: 4
        case .spurtEnd: 3
        case .heard(let heard): heard.played == nil ? 3 : 7
        case .keyShared: 0
        case .roster(let notice): notice.introduces ? 27 : 26
        case .rosterQuestion: 10
        case .rosterPart(let part): 10 + part.count
        case .offer: 33
        case .ringing: 20
        case .answer: 21
        case .reject, .cancel, .bye: 22
        case .stream, .signal: 15
        case .result: 9
        case .member: 29
        }
    }

    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        switch self {
        case .confirm(let step, let boot):
            span[start] = step
            span.write(boot, at: start + 1)
        case .ack(let list):
            for index in 0..<list.count { span.write(list.mids[index], at: start + 4 * index) }
        case .report(let report): report.write(into: &span, at: start)
        case .pathChallenge(let bytes), .pathResponse(let bytes):
            span.write(bytes, at: start)
        case .ping(let bytes), .pong(let bytes): span.write(bytes, at: start)
        case .spurtEnd(let end):
            span[start] = end.stream
            span.write(end.last, at: start + 1)
        case .close(let reason): span[start] = reason.rawValue
        case .keyShared: break
        case .roster(let notice): notice.write(into: &span, at: start)
        case .rosterQuestion(let question):
            span.write(question.text, at: start)
            span.write(question.offset, at: start + 8)
        case .rosterPart(let part): part.write(into: &span, at: start)
        case .heard(let heard):
            span[start] = heard.stream
            span[start + 1] = heard.share
            span[start + 2] = heard.why.rawValue
            if let played = heard.played {
                span.write(played.ms, at: start + 3)
                span.write(played.total, at: start + 5)
            }
        case .offer(let offer): offer.write(into: &span, at: start)
        case .ringing(let ringing):
            span.write(ringing.mid, at: start)
            span.write(ringing.id, at: start + 4)
        case .answer(let answer):
            span.write(answer.mid, at: start)
            span.write(answer.id, at: start + 4)
            span[start + 20] = answer.flags
        case .reject(let end), .cancel(let end), .bye(let end):
            span.write(end.mid, at: start)
            span.write(end.id, at: start + 4)
            span.write(end.cause.rawValue, at: start + 20)
        case .stream(let binding): binding.write(into: &span, at: start)
        case .signal(let signal):
            span.write(signal.mid, at: start)
            span[start + 4] = signal.target.rawValue
            span.write(signal.reference, at: start + 5)
            span.write(signal.time, at: start + 13)
        case .result(let result):
            span.write(result.mid, at: start)
            span.write(result.request, at: start + 4)
            span[start + 8] = result.status.rawValue
        case .member(let member):
            span.write(member.mid, at: start)
            span.write(member.reference, at: start + 4)
            span[start + 12] = member.isIn ? 1 : 0
            span.write(member.name.high, at: start + 13)
            span.write(member.name.low, at: start + 21)
        case .unknown(let mid, _): span.write(mid, at: start)
        }
    }
}

extension MutableSpan<UInt8> {
    fileprivate mutating func write(_ id: CallID, at offset: Int) {
        write(id.high, at: offset)
        write(id.low, at: offset + 8)
    }
}

extension Report {
    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        span[start] = stream
        span.write(highest, at: start + 1)
        span[start + 3] = loss
        span[start + 4] = burst
        span.write(jitter, at: start + 5)
        span.write(delay, at: start + 7)
        span.write(concealed, at: start + 9)
        span.write(received, at: start + 11)
    }
}

extension Offer {
    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        span.write(mid, at: start)
        span.write(id, at: start + 4)
        span[start + 20] = mode.rawValue
        span[start + 21] = priority.rawValue
        span.write(ttl, at: start + 22)
        span.write(reference, at: start + 24)
        span[start + 32] = age
    }
}

extension RosterNotice {
    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        span.write(site, at: start)
        span.write(counter, at: start + 8)
        span.write(size, at: start + 16)
        span.write(text, at: start + 18)
        if introduces { span[start + 26] = 1 }
    }
}

extension RosterPart {
    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        span.write(text, at: start)
        span.write(offset, at: start + 8)
        for place in 0..<count { span[start + 10 + place] = bytes[place] }
    }
}

extension StreamBinding {
    fileprivate func write(into span: inout MutableSpan<UInt8>, at start: Int) {
        span.write(mid, at: start)
        span[start + 4] = stream
        span[start + 5] = purpose.rawValue
        span[start + 6] = priority.rawValue
        span.write(reference, at: start + 7)
    }
}
