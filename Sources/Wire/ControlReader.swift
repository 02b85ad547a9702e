/// Reads the records of a control packet, all of them or none (protocol.md §2.4).
public enum ControlReader {
    /// The longest body a record may have.
    static let bodySizeMax = 60
    private static let recordHeaderSize = 2

    /// Calls `body` with each record of `plaintext`, in order.
    ///
    /// The whole plaintext is checked first: one malformed record voids all.
    ///
    /// - Returns: whether the plaintext was well formed; if not, `body` was never called.
    public static func read(
        _ plaintext: Span<UInt8>, _ body: (ControlRecord) -> Void
    ) -> Bool {
        walk(plaintext) { _ in } && walk(plaintext, body)
    }

    private static func walk(_ plaintext: Span<UInt8>, _ body: (ControlRecord) -> Void) -> Bool {
        var end = 0
        while let range = bodyRange(in: plaintext, at: end) {
            do throws(Malformed) {
                let record = try ControlRecord(
                    type: plaintext[end], body: plaintext.extracting(range))
                if let record { body(record) }
            } catch { return false }
            end = range.upperBound
        }
        return end == plaintext.count || plaintext[end] == 0
    }

    /// Where the body of the record at `offset` lies; nil where no whole record is there.
    private static func bodyRange(in plaintext: Span<UInt8>, at offset: Int) -> Range<Int>? {
        let start = offset + recordHeaderSize
        guard start <= plaintext.count, plaintext[offset] != 0 else { return nil }
        let end = start + Int(plaintext[offset + 1])
        return end <= plaintext.count ? start..<end : nil
    }
}

/// A body of a size that its record cannot have.
private struct Malformed: Error {}

extension ControlRecord {
    /// Reads a body; nil for unknown kinds of MESSAGE.
    ///
    /// A row has the type, the sizes that are allowed, and what is read within them.
    fileprivate init?(type: UInt8, body: Span<UInt8>) throws(Malformed) {
        guard body.count <= ControlReader.bodySizeMax else { throw Malformed() }
        switch (type, body.count) {
        case (1, 9): self = .confirm(body[0], boot: body.uint64(at: 1))
        case (2, 4...4 * Acknowledgement.capacity) where body.count % 4 == 0:
            self = .ack(Acknowledgement(first: body.uint32(at: 0), body: body))
        case (3, 13): self = .report(Report(body))
        case (4, 8): self = .pathChallenge(body.uint64(at: 0))
        case (5, 8): self = .pathResponse(body.uint64(at: 0))
        case (6, 4): self = .ping(body.uint32(at: 0))
        case (7, 4): self = .pong(body.uint32(at: 0))
        case (8, 3): self = .spurtEnd(SpurtEnd(stream: body[0], last: body.uint16(at: 1)))
        case (9, 1): self = .close(CloseReason(rawValue: body[0]))
        // A later version may add fields behind the known ones.
        case (10, 3...):
            let why = Unheard(rawValue: body[2])
            var heard = Heard(stream: body[0], share: body[1], why: why)
            if body.count >= 7 {
                heard.played = Heard.Played(ms: body.uint16(at: 3), total: body.uint16(at: 5))
            }
            self = .heard(heard)
        case (11, _): self = .keyShared
        case (12, 26...):
            var notice = RosterNotice(
                site: body.uint64(at: 0), counter: body.uint64(at: 8), size: body.uint16(at: 16),
                text: body.uint64(at: 18))
            notice.introduces = body.count > 26 && body[26] & 1 != 0
            self = .roster(notice)
        case (13, 10):
            self = .rosterQuestion(
                RosterQuestion(text: body.uint64(at: 0), offset: body.uint16(at: 8)))
        case (14, 11...10 + FilePart.rosterSize):
            self = .rosterPart(
                FilePart(
                    file: body.uint64(at: 0), start: Int(body.uint16(at: 8)),
                    bytes: body.extracting(droppingFirst: 10)))
        case (15, _):
            guard let message = MessageRecord(body) else { return nil }
            self = .message(message)
        case (16, 33): self = .offer(Offer(body))
        case (17, 20): self = .ringing(mid: body.uint32(at: 0), body.callID(at: 4))
        case (18, 21):
            self = .answer(
                Answer(mid: body.uint32(at: 0), id: body.callID(at: 4), flags: body[20]))
        case (19, 22): self = .reject(CallEnd(body))
        case (20, 22): self = .cancel(CallEnd(body))
        case (21, 22): self = .bye(CallEnd(body))
        case (22, 15): self = .stream(StreamBinding(body))
        case (23, 15):
            self = .signal(
                Signal(
                    mid: body.uint32(at: 0), target: Signal.Target(rawValue: body[4]),
                    reference: body.uint64(at: 5), time: body.uint16(at: 13)))
        case (24, 9):
            self = .result(
                RequestResult(
                    mid: body.uint32(at: 0), request: body.uint32(at: 4),
                    status: RequestResult.Status(rawValue: body[8])))
        case (25, 29):
            let name = MemberName(high: body.uint64(at: 13), low: body.uint64(at: 21))
            self = .member(
                CallMember(
                    mid: body.uint32(at: 0), reference: body.uint64(at: 4), isIn: body[12] == 1,
                    name: name))
        case (26, 22):
            let name = MemberName(high: body.uint64(at: 6), low: body.uint64(at: 14))
            self = .forward(
                ForwardNotice(
                    mid: body.uint32(at: 0), place: body[4], isUp: body[5] == 1, name: name))
        // All up to here are known.
        case (...26, _): throw Malformed()
        // An unknown one starts with its number, which is acknowledged.
        case (_, 4...): self = .unknown(mid: body.uint32(at: 0), type: type)
        default: throw Malformed()
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
