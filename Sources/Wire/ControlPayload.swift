/// The records of one control packet to be sent (protocol.md §2.4).
///
/// 64 bytes, the smallest plaintext; the sealing side adds zeros up to the P in force.
public struct ControlPayload: Equatable, Sendable {
    public static let capacity = PacketLayout.plaintextMin

    /// The records, then zeros.
    public private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
    /// The bytes that the records need; more than the capacity while a record does not fit.
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
        var longer = self
        longer.add(record.type)
        // The length of the body, which is filled in below.
        longer.add(0 as UInt8)
        longer.add(bodyOf: record)
        guard longer.used <= Self.capacity else { return false }
        longer.bytes[used + 1] = UInt8(longer.used - used - 2)
        self = longer
        return true
    }

    /// Adds a number in network order.
    private mutating func add<Number: FixedWidthInteger>(_ value: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            if used < Self.capacity { bytes[used] = UInt8(truncatingIfNeeded: value >> shift) }
            used += 1
        }
    }

    private mutating func add(_ id: CallID) {
        add(id.high)
        add(id.low)
    }

    private mutating func add(bodyOf record: ControlRecord) {
        if let mid = record.mid { add(mid) }
        switch record {
        case .confirm(let step, let boot):
            add(step)
            add(boot)
        case .ack(let list):
            for index in 0..<list.count { add(list.mids[index]) }
        case .report(let report): add(report)
        case .pathChallenge(let bytes), .pathResponse(let bytes): add(bytes)
        case .ping(let bytes), .pong(let bytes): add(bytes)
        case .spurtEnd(let end):
            add(end.stream)
            add(end.last)
        case .close(let reason): add(reason.rawValue)
        case .keyShared, .unknown: break
        case .heard(let heard): add(heard)
        case .roster(let notice): add(notice)
        case .rosterQuestion(let question):
            add(question.text)
            add(question.offset)
        case .rosterPart(let part):
            add(part.file)
            add(UInt16(truncatingIfNeeded: part.start))
            for place in 0..<part.count { add(part.bytes[place]) }
        case .message(let message): add(message)
        case .offer(let offer): add(offer)
        case .ringing(_, let id): add(id)
        case .answer(let answer):
            add(answer.id)
            add(answer.flags)
        case .reject(let end), .cancel(let end), .bye(let end):
            add(end.id)
            add(end.cause.rawValue)
        case .stream(let binding):
            add(binding.stream)
            add(binding.purpose.rawValue)
            add(binding.priority.rawValue)
            add(binding.reference)
        case .signal(let signal):
            add(signal.target.rawValue)
            add(signal.reference)
            add(signal.time)
        case .result(let result):
            add(result.request)
            add(result.status.rawValue)
        case .member(let member):
            add(member.reference)
            add((member.isIn ? 1 : 0) as UInt8)
            add(member.name.high)
            add(member.name.low)
        case .forward(let notice):
            add(notice.place)
            add((notice.isUp ? 1 : 0) as UInt8)
            add(notice.name.high)
            add(notice.name.low)
        }
    }

    private mutating func add(_ report: Report) {
        add(report.stream)
        add(report.highest)
        add(report.loss)
        add(report.burst)
        add(report.jitter)
        add(report.delay)
        add(report.concealed)
        add(report.received)
    }

    private mutating func add(_ heard: Heard) {
        add(heard.stream)
        add(heard.share)
        add(heard.why.rawValue)
        guard let played = heard.played else { return }
        add(played.ms)
        add(played.total)
    }

    private mutating func add(_ notice: RosterNotice) {
        add(notice.site)
        add(notice.counter)
        add(notice.size)
        add(notice.text)
        if notice.introduces { add(1 as UInt8) }
    }

    private mutating func add(_ message: MessageRecord) {
        add(message.kind)
        switch message {
        case .ask(let id, let part):
            add(id)
            add(part)
        case .part(let part):
            add(part.file)
            add(UInt32(truncatingIfNeeded: part.start / FilePart.messageSize))
            for place in 0..<part.count { add(part.bytes[place]) }
        case .notice(let notice):
            add(notice.id)
            add(notice.size)
            add(notice.milliseconds)
            add(notice.start)
        case .state(let id, let state):
            add(id)
            add(state.rawValue)
        }
    }

    private mutating func add(_ offer: Offer) {
        add(offer.id)
        add(offer.mode.rawValue)
        add(offer.priority.rawValue)
        add(offer.ttl)
        add(offer.reference)
        add(offer.age)
    }
}
