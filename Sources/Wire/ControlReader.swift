/// Reads the records of a control packet, all of them or none (protocol.md §2.4).
public enum ControlReader {
    /// The longest body a record may have.
    static let bodySizeMax = 60
    private static let recordHeaderSize = 2

    /// Calls `body` with each record of `plaintext`, in order.
    ///
    /// The whole plaintext is checked first: one malformed record voids all. Unknown types below 16
    /// are skipped.
    ///
    /// - Returns: whether the plaintext was well formed; if not, `body` was never called.
    public static func read(
        _ plaintext: Span<UInt8>, _ body: (ControlRecord) -> Void
    ) -> Bool {
        var end = 0
        while let range = bodyRange(in: plaintext, at: end) {
            guard range.count <= bodySizeMax, isAllowed(size: range.count, type: plaintext[end])
            else { return false }
            end = range.upperBound
        }
        guard end == plaintext.count || plaintext[end] == 0 else { return false }
        var offset = 0
        while let range = bodyRange(in: plaintext, at: offset) {
            let record = ControlRecord(type: plaintext[offset], body: plaintext.extracting(range))
            if let record { body(record) }
            offset = range.upperBound
        }
        return true
    }

    /// Where the body of the record at `offset` lies; nil where no whole record is there.
    private static func bodyRange(in plaintext: Span<UInt8>, at offset: Int) -> Range<Int>? {
        let start = offset + recordHeaderSize
        guard start <= plaintext.count, plaintext[offset] != 0 else { return nil }
        let end = start + Int(plaintext[offset + 1])
        return end <= plaintext.count ? start..<end : nil
    }

    private static func isAllowed(size: Int, type: UInt8) -> Bool {
        switch type {
        case 1: size == 9
        case 9: size == 1
        case 2: size >= 4 && size <= 4 * Acknowledgement.capacity && size % 4 == 0
        case 3: size == 13
        case 4, 5: size == 8
        case 6, 7: size == 4
        case 8: size == 3
        // A later version may add fields after the known ones.
        case 10: size >= 3
        case 11: true
        case 12: size >= 26
        case 13: size == 10
        case 14: size >= 11 && size <= 10 + FilePart.rosterSize
        case 15: true
        case 16: size == 33
        case 17: size == 20
        case 18: size == 21
        case 19, 20, 21: size == 22
        case 22, 23: size == 15
        case 24: size == 9
        case 25: size == 29
        // Unknown types below 16 are skipped; from 16 on a record starts with its number, which is
        // acknowledged.
        default: type < 16 || size >= 4
        }
    }
}

extension ControlRecord {
    /// Reads a body whose size `ControlReader` has checked; nil for unknown types below 16, and for
    /// unknown kinds of MESSAGE.
    fileprivate init?(type: UInt8, body: Span<UInt8>) {
        switch type {
        case 1: self = .confirm(body[0], boot: body.uint64(at: 1))
        case 2: self = .ack(Acknowledgement(first: body.uint32(at: 0), body: body))
        case 3: self = .report(Report(body))
        case 4: self = .pathChallenge(body.uint64(at: 0))
        case 5: self = .pathResponse(body.uint64(at: 0))
        case 6: self = .ping(body.uint32(at: 0))
        case 7: self = .pong(body.uint32(at: 0))
        case 8: self = .spurtEnd(SpurtEnd(stream: body[0], last: body.uint16(at: 1)))
        case 9: self = .close(CloseReason(rawValue: body[0]))
        case 10:
            let why = Unheard(rawValue: body[2])
            var heard = Heard(stream: body[0], share: body[1], why: why)
            if body.count >= 7 {
                heard.played = Heard.Played(ms: body.uint16(at: 3), total: body.uint16(at: 5))
            }
            self = .heard(heard)
        case 11: self = .keyShared
        case 12:
            var notice = RosterNotice(
                site: body.uint64(at: 0), counter: body.uint64(at: 8), size: body.uint16(at: 16),
                text: body.uint64(at: 18))
            notice.introduces = body.count > 26 && body[26] & 1 != 0
            self = .roster(notice)
        case 13:
            self = .rosterQuestion(
                RosterQuestion(text: body.uint64(at: 0), offset: body.uint16(at: 8)))
        case 14:
            self = .rosterPart(
                FilePart(
                    file: body.uint64(at: 0), start: Int(body.uint16(at: 8)),
                    bytes: body.extracting(droppingFirst: 10)))
        case 15:
            guard let message = MessageRecord(body) else { return nil }
            self = .message(message)
        case 16: self = .offer(Offer(body))
        case 17: self = .ringing(mid: body.uint32(at: 0), body.callID(at: 4))
        case 18:
            self = .answer(
                Answer(mid: body.uint32(at: 0), id: body.callID(at: 4), flags: body[20]))
        case 19: self = .reject(CallEnd(body))
        case 20: self = .cancel(CallEnd(body))
        case 21: self = .bye(CallEnd(body))
        case 22: self = .stream(StreamBinding(body))
        case 23:
            self = .signal(
                Signal(
                    mid: body.uint32(at: 0), target: Signal.Target(rawValue: body[4]),
                    reference: body.uint64(at: 5), time: body.uint16(at: 13)))
        case 24:
            self = .result(
                RequestResult(
                    mid: body.uint32(at: 0), request: body.uint32(at: 4),
                    status: RequestResult.Status(rawValue: body[8])))
        case 25:
            let name = MemberName(high: body.uint64(at: 13), low: body.uint64(at: 21))
            self = .member(
                CallMember(
                    mid: body.uint32(at: 0), reference: body.uint64(at: 4), isIn: body[12] == 1,
                    name: name))
        case 0..<16: return nil
        default: self = .unknown(mid: body.uint32(at: 0), type: type)
        }
    }
}

extension Span<UInt8> {
    fileprivate func callID(at offset: Int) -> CallID {
        CallID(high: uint64(at: offset), low: uint64(at: offset + 8))
    }
}

extension Report {
    fileprivate init(_ body: Span<UInt8>) {
        self.init(
            stream: body[0], highest: body.uint16(at: 1), loss: body[3], burst: body[4],
            jitter: body.uint16(at: 5), delay: body.uint16(at: 7),
            concealed: body.uint16(at: 9), received: body.uint16(at: 11))
    }
}

extension Offer {
    fileprivate init(_ body: Span<UInt8>) {
        self.init(
            mid: body.uint32(at: 0), id: body.callID(at: 4), mode: Mode(rawValue: body[20]),
            priority: Priority(rawValue: body[21]), ttl: body.uint16(at: 22),
            age: body[32], reference: body.uint64(at: 24))
    }
}

extension CallEnd {
    fileprivate init(_ body: Span<UInt8>) {
        self.init(
            mid: body.uint32(at: 0), id: body.callID(at: 4),
            cause: Cause(rawValue: body.uint16(at: 20)))
    }
}

extension StreamBinding {
    fileprivate init(_ body: Span<UInt8>) {
        self.init(
            mid: body.uint32(at: 0), stream: body[4], purpose: Purpose(rawValue: body[5]),
            priority: Priority(rawValue: body[6]), reference: body.uint64(at: 7))
    }
}
