public import Wire

/// One line of the history: a call began, or a call is over.
///
/// Every call leaves two records on each side, all with one `call` id, so that two histories can be
/// compared. The end repeats the fields of the start, because the start may be in a file that is
/// gone. The JSON keys are an interface, listed in intercomctl(1).
public struct HistoryRecord: JSONDocument, Equatable, Sendable {
    public enum Phase: String, JSONWord, Sendable { case start, end }

    /// The kind of call.
    public enum Kind: String, JSONWord, Sendable, CaseIterable {
        case call
        case dropIn = "drop_in"
        case listenIn = "listen_in"
        case announce
        /// Written by a newer program.
        case other

        public static var ofNewerProgram: Self? { .other }
    }

    public enum Direction: String, JSONWord, Sendable {
        /// This station began the call.
        case outgoing = "out"
        case incoming = "in"
    }

    /// The reason why the call ended.
    public enum Cause: String, JSONWord, Sendable, CaseIterable {
        /// One side hung up.
        case hungUp = "hung_up"
        /// No answer while the call rang.
        case noAnswer = "no_answer"
        /// The caller gave up before an answer.
        case cancelled
        case rejected, busy
        /// The receiver's policy does not allow it.
        case denied
        /// Do not disturb, or quiet hours.
        case doNotDisturb = "do_not_disturb"
        /// The peer does not know this kind of call.
        case unsupported
        /// The peer sent no packet.
        case unreachable
        case answeredElsewhere = "answered_elsewhere"
        /// Answered, but no sound arrived.
        case noPath = "no_path"
        /// The sound stopped coming.
        case mediaTimeout = "media_timeout"
        /// No sound came, or it stopped coming, while this station had no network.
        case noNetwork = "no_network"
        case peerRestarted = "peer_restarted"
        /// A call of higher priority took its place.
        case preempted
        /// The call reached the longest time for its kind.
        case timeUp = "time_up"
        /// The call did not reach this station, which learned of it at the broker.
        case notReachable = "not_reachable"
        /// This station was stopped, or its settings took the peer away.
        case stopped
        /// This station crashed, and wrote this at its next start.
        case crash
        /// Written by a newer program.
        case other

        public static var ofNewerProgram: Self? { .other }
    }

    public var phase = Phase.start
    /// The call's id, a UUID as text: the same on both sides.
    public var call = ""
    /// Milliseconds since 1970, UTC.
    public var timeMilliseconds = 0
    public var kind = Kind.call
    public var direction = Direction.outgoing
    /// The other station; for an outgoing call to a channel, empty until a station answered.
    public var peer = ""
    /// The channel of the call; nil for a call to the peer alone.
    public var channel: String?
    public var priority = Priority.normal
    /// The reason why the call ended; nil at a start, as are the next three.
    public var cause: Cause?
    /// The time that the call rang, in seconds.
    public var ringSeconds: Double?
    /// The talk time in seconds; also nil if nobody answered.
    public var talkSeconds: Double?
    /// The station that answered; nil if none did, or the call opened by itself.
    public var answeredBy: String?
    /// For a call that this station began: its asker here, and the user.
    public var asker: String?
    public var user: Int?
    /// Whether a call that rang here, or would have, was not answered: `history --missed` shows it.
    public var isMissed = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("record", &phase)
        coder.field("call", &call)
        coder.field("time_ms", &timeMilliseconds)
        coder.field("kind", &kind)
        coder.field("direction", &direction)
        coder.field("peer", &peer)
        coder.field("channel", &channel)
        coder.field("priority", &priority)
        coder.field("cause", &cause)
        coder.field("ring_s", &ringSeconds)
        coder.field("talk_s", &talkSeconds)
        coder.field("answered_by", &answeredBy)
        coder.field("missed", &isMissed)
        coder.late("by", &asker)
        coder.late("uid", &user)
    }
}

extension HistoryRecord.Cause {
    /// The cause in words, for a person.
    public var words: String {
        switch self {
        case .hungUp: "hung up"
        case .noAnswer: "no answer"
        case .cancelled: "cancelled"
        case .rejected: "rejected"
        case .busy: "busy"
        case .denied: "not allowed"
        case .doNotDisturb: "do not disturb"
        case .unsupported: "not supported there"
        case .unreachable: "unreachable"
        case .answeredElsewhere: "answered elsewhere"
        case .noPath: "no sound arrived"
        case .mediaTimeout: "the sound stopped coming"
        case .noNetwork: "this station had no network"
        case .peerRestarted: "the other station restarted"
        case .preempted: "gave way to another call"
        case .timeUp: "its longest time was over"
        case .notReachable: "while this station was not reachable"
        case .stopped: "one of the two stations was stopped, or has removed the other"
        case .crash: "cut off by a crash"
        case .other: "another cause"
        }
    }
}

/// The contents of history files.
public struct HistoryFile {
    public private(set) var records: [HistoryRecord] = []
    /// The number of lines that are no JSON, such as a last line that a power failure cut.
    ///
    /// Lines that a newer program wrote count neither as damaged nor as records.
    public private(set) var damaged = 0

    public init() {}

    /// Adds the records of the next file, which may hold any bytes.
    public mutating func add(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let line = Array(line)
            if let object = JSON(parsing: line.span) {
                if let record = HistoryRecord(json: object) { records.append(record) }
            } else {
                damaged += 1
            }
        }
    }
}

extension HistoryRecord {
    /// Returns the record that ends a call which was open when the station crashed.
    ///
    /// The talk time is unknown.
    public func ended(by cause: Cause, at timeMilliseconds: Int) -> HistoryRecord {
        var end = self
        end.phase = .end
        end.cause = cause
        end.timeMilliseconds = max(timeMilliseconds, self.timeMilliseconds)
        return end
    }

    /// Returns the starts that have no end, in their order.
    public static func open(in records: [HistoryRecord]) -> [HistoryRecord] {
        let ended = Set(records.filter { $0.phase == .end }.map { $0.place })
        var seen: Set<String> = []
        return records.filter {
            $0.phase == .start && !ended.contains($0.place) && seen.insert($0.place).inserted
        }
    }

    /// The name of a call on this side.
    ///
    /// The peer is no part of the name: for a call to a channel, it is known only at the end.
    var place: String { "\(call) \(direction.rawValue)" }

    /// The valid times of a record, in milliseconds since 1970: to the end of the year 9999.
    private static let times = 0...253_402_300_799_999

    /// The start of the call, as far as this record alone shows.
    fileprivate var beganMilliseconds: Int {
        guard phase == .end else { return timeMilliseconds }
        let seconds = (ringSeconds ?? 0) + (talkSeconds ?? 0)
        guard Self.times.contains(timeMilliseconds), seconds.isFinite,
            (0...1e9).contains(seconds)
        else { return timeMilliseconds }
        return timeMilliseconds - Int(seconds * 1000)
    }
}

/// Some calls of the history, the newest first, as `intercomctl history` shows them.
public struct HistoryList: JSONDocument, Equatable, Sendable {
    public var calls: [Call] = []
    /// Whether there are older calls that were not asked for, or did not fit.
    public var isCut = false
    /// The reason why the history is not written; null if it is.
    public var problem: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("calls", &calls)
        coder.field("more", &isCut)
        coder.field("problem", &problem)
    }

    /// One call, from its two records.
    public struct Call: JSONDocument, Equatable, Sendable {
        /// Milliseconds since 1970, UTC; the end is null while the call goes on.
        public var startedMilliseconds = 0
        public var endedMilliseconds: Int?
        public var record = HistoryRecord()

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("started_ms", &startedMilliseconds)
            coder.field("ended_ms", &endedMilliseconds)
            record.fields(&coder)
        }
    }

    /// The most calls in a reply, which fit with room to spare.
    public static let callsMax = 300

    /// Collects the calls of records, the newest first.
    ///
    /// - Parameters:
    ///   - records: in the order in which they were written.
    ///   - query: the calls that are asked for.
    public init(_ records: [HistoryRecord], _ query: HistoryQuery) {
        var places: [String: Int] = [:]
        var found: [Call] = []
        for record in records {
            let place = places[record.place] ?? found.count
            if place == found.count {
                places[record.place] = place
                var call = Call()
                call.startedMilliseconds = record.beganMilliseconds
                found.append(call)
            }
            found[place].record = record
            if record.phase == .end { found[place].endedMilliseconds = record.timeMilliseconds }
        }
        let limit = min(query.limit, Self.callsMax)
        var skipped = 0
        for call in found.reversed() {
            guard !query.isMissed || call.record.isMissed,
                call.startedMilliseconds >= query.sinceMilliseconds
            else { continue }
            if skipped < query.skip {
                skipped += 1
                continue
            }
            guard calls.count < limit else {
                isCut = true
                break
            }
            calls.append(call)
        }
    }
}

/// The calls that a request asks for; it may leave out each of these fields.
public struct HistoryQuery: JSONRecord, Equatable, Sendable {
    /// Only missed calls.
    public var isMissed = false
    /// Only calls that began at this time or later, in milliseconds since 1970.
    public var sinceMilliseconds = 0
    /// The most calls in one reply.
    public var limit = HistoryList.callsMax
    /// The number of newest calls to skip, as earlier replies had them.
    public var skip = 0

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.late("missed", &isMissed)
        coder.late("since_ms", &sinceMilliseconds)
        coder.late("limit", &limit)
        coder.late("skip", &skip)
    }
}
