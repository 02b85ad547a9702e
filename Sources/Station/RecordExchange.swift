internal import Time
internal import Wire

/// The numbered records between this station and one peer (protocol.md §2.4 "Reliability").
///
/// Outgoing records are repeated until they are acknowledged or given up; incoming ones are
/// acknowledged every time, and acted on once (`RecordWindow`).
struct RecordExchange {
    /// A record on its way, with its times of repetition.
    private struct Outgoing {
        let record: ControlRecord
        let mid: UInt32
        let since: Instant
        /// The time of the person's act that caused an offer.
        let askedAt: Instant
        /// The end of the time for which an offer stands.
        let expires: Instant
        var attempts = 0
        /// Whether the peer may have acted on the record before a restart or a lost session.
        var mayHaveActed = false

        var givenUpAt: Instant {
            switch record {
            case .reject, .cancel, .bye: since + RecordExchange.endGivenUpAfter
            case .signal: since + RecordExchange.requestGivenUpAfter
            default: min(since + RecordExchange.givenUpAfter, expires)
            }
        }

        /// The last moment for a copy: later the peer could act on it after the asker got "no
        /// answer".
        var lastCopyAt: Instant {
            guard case .signal = record else { return .never }
            return since + RecordExchange.requestCopiesFor
        }

        /// The same bytes every time, except for the times of an offer.
        func bytes(at now: Instant) -> ControlRecord {
            guard case .offer(var offer) = record else { return record }
            offer.ttl = UInt16(clamping: (expires - now).milliseconds)
            // Rounded up: the offer must not seem younger than it is.
            offer.age = UInt8(clamping: ((now - askedAt).milliseconds + 99) / 100)
            // The call may ring again, but must not open a microphone or speaker a second time.
            if mayHaveActed { offer.age = .max }
            return .offer(offer)
        }
    }

    static let outgoingMax = 64
    static let givenUpAfter = Duration.seconds(8)
    static let endGivenUpAfter = Duration.seconds(2)
    /// A peer acts on a copy of a request for two seconds after the copy was made, and never later
    /// than this after the first copy (`SessionClock.freshFor`).
    static let requestGivenUpAfter = Duration.milliseconds(3_200)
    static let requestCopiesFor = Duration.seconds(1)

    private var nextMid: UInt32
    private var outgoing: [Outgoing] = []
    private var seen = RecordWindow()
    private var owed: [UInt32] = []

    /// Makes an exchange; `firstMid` is random, drawn at the daemon's start.
    init(firstMid: UInt32) { nextMid = firstMid }

    /// Numbers a record and sends it, at once and again until it is acknowledged.
    ///
    /// - Returns: its number.
    @discardableResult
    mutating func send(
        at now: Instant, askedAt: Instant? = nil, until expires: Instant = .never,
        _ make: (UInt32) -> ControlRecord
    ) -> UInt32 {
        let mid = nextMid
        nextMid &+= 1
        let record = make(mid)
        // The former binding of a stream, or news of a way, no longer matters.
        outgoing.removeAll { entry in
            switch (entry.record, record) {
            case (.stream(let old), .stream(let new)): old.stream == new.stream
            case (.forward(let old), .forward(let new)): old.name == new.name
            default: false
            }
        }
        // Full only when the peer has acknowledged nothing for long: the oldest record is the least
        // useful.
        if outgoing.count == Self.outgoingMax { outgoing.removeFirst() }
        outgoing.append(
            Outgoing(
                record: record, mid: mid, since: now, askedAt: askedAt ?? now,
                expires: expires))
        return mid
    }

    /// Whether record `mid` still awaits its acknowledgement.
    func isPending(_ mid: UInt32) -> Bool { outgoing.contains { $0.mid == mid } }

    /// Takes an acknowledgement of these records.
    ///
    /// - Returns: the records.
    @discardableResult
    mutating func acknowledged(_ list: Acknowledgement) -> [ControlRecord] {
        let arrived = outgoing.filter { list.contains($0.mid) }.map { $0.record }
        outgoing.removeAll { list.contains($0.mid) }
        return arrived
    }

    /// Stops repeating the OFFER, RINGING or ANSWER of this call.
    mutating func forget(_ id: CallID) {
        outgoing.removeAll { entry in
            switch entry.record {
            case .offer(let offer): offer.id == id
            case .ringing(_, let call): call == id
            case .answer(let answer): answer.id == id
            default: false
            }
        }
    }

    /// Gives up records that were repeated to the end.
    ///
    /// - Returns: those records.
    mutating func giveUp(at now: Instant) -> [ControlRecord] {
        guard outgoing.contains(where: { now >= $0.givenUpAt }) else { return [] }
        let lost = outgoing.filter { now >= $0.givenUpAt }.map { $0.record }
        outgoing.removeAll { now >= $0.givenUpAt }
        return lost
    }

    /// When `giveUp` will next have something; nil means never.
    var giveUpDeadline: Instant? { outgoing.map { $0.givenUpAt }.min() }

    /// Notes an incoming record, which is acknowledged in any case.
    ///
    /// - Returns: whether it is new and must be acted on.
    mutating func arrived(_ mid: UInt32) -> Bool {
        if !owed.contains(mid) { owed.append(mid) }
        return seen.accept(mid)
    }

    /// Prepares for the loss of the session: the peer may soon have forgotten its actions.
    ///
    /// Requests that have gone out are not sent again, and an offer no longer opens anything by
    /// itself.
    mutating func lose() {
        for place in outgoing.indices where outgoing[place].attempts > 0 {
            outgoing[place].mayHaveActed = true
            if case .signal = outgoing[place].record { outgoing[place].attempts = .max }
        }
    }

    /// Prepares for a peer that has restarted: its numbers start again, and unacknowledged records
    /// are void.
    ///
    /// Offers, for which a person waits, and requests that have not gone out yet stay: the new run
    /// of the peer gets them from the first copy on.
    mutating func restart() {
        lose()
        outgoing.removeAll { entry in
            switch entry.record {
            case .offer, .signal: false
            default: true
            }
        }
        for place in outgoing.indices {
            if case .offer = outgoing[place].record { outgoing[place].attempts = 0 }
        }
        seen = RecordWindow()
        owed.removeAll(keepingCapacity: true)
    }

    /// Returns the next packet to send now: the answer to a PING, if any, and pending
    /// acknowledgements, then records that are due.
    mutating func nextPayload(at now: Instant, with pong: UInt32? = nil) -> ControlPayload? {
        var payload = ControlPayload()
        if let pong { _ = payload.append(.pong(pong)) }
        if let first = owed.first {
            var list = Acknowledgement(first)
            for mid in owed.dropFirst().prefix(Acknowledgement.capacity - 1) { list.append(mid) }
            owed.removeFirst(list.count)
            let fits = payload.append(.ack(list))
            precondition(fits, "the longest acknowledgement fits beside a PONG")
        }
        for index in outgoing.indices where dueTime(of: outgoing[index]) ?? .never <= now {
            guard now <= outgoing[index].lastCopyAt else {
                outgoing[index].attempts = .max
                continue
            }
            guard payload.append(outgoing[index].bytes(at: now)) else { break }
            outgoing[index].attempts += 1
        }
        return payload.isEmpty ? nil : payload
    }

    /// When `nextPayload` will have something; nil means not before another event.
    var deadline: Instant? {
        owed.isEmpty ? outgoing.compactMap(dueTime).min() : Instant(nanoseconds: .min)
    }

    private func dueTime(of entry: Outgoing) -> Instant? {
        let times = Self.schedule(of: entry.record)
        guard entry.attempts < times.count else { return nil }
        let due = entry.since + .milliseconds(times[entry.attempts])
        return due < entry.givenUpAt ? due : nil
    }

    /// Returns the times at which a record is sent, in ms after the first time.
    private static func schedule(of record: ControlRecord) -> [Int] {
        switch record {
        case .stream, .member: [0, 100, 200, 500, 1000, 2000, 4000]
        case .reject, .cancel, .bye: [0, 500, 1000, 1500]
        case .signal: [0, 100, 300, 600, 1000]
        default: [0, 500, 1000, 2000, 4000]
        }
    }
}

extension Instant {
    /// Later than any other moment.
    static let never = Instant(nanoseconds: .max)
}

/// Remembers which records of a peer were acted on, by their numbers (protocol.md §2.4).
///
/// Numbers go up by one. A number below the window is refused for ever, so an attacker who delays a
/// copy cannot wait until the number counts again.
struct RecordWindow {
    /// How far a number may lie behind the highest one.
    ///
    /// A peer has 64 records on their way at most.
    static let size: Int32 = 256

    /// The highest number seen; nil before the first one.
    private var highest: UInt32?
    /// Bit `number mod 256`, of the numbers in the window.
    private var seen = InlineArray<4, UInt64>(repeating: 0)

    /// Notes a number, which may wrap around.
    ///
    /// - Returns: whether it is new.
    mutating func accept(_ number: UInt32) -> Bool {
        let former = highest ?? number
        let ahead = Int32(bitPattern: number &- former)
        guard ahead > -Self.size else { return false }
        if ahead > 0 || highest == nil {
            // The numbers that the window gains have not been seen.
            for step in 0..<min(ahead, Self.size) { clear(number &- UInt32(step)) }
            highest = number
        }
        let (word, bit) = Self.place(of: number)
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }

    private mutating func clear(_ number: UInt32) {
        let (word, bit) = Self.place(of: number)
        seen[word] &= ~bit
    }

    private static func place(of number: UInt32) -> (word: Int, bit: UInt64) {
        (Int(number >> 6 & 3), 1 << UInt64(number & 63))
    }
}
