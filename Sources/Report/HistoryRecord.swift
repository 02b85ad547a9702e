public import Wire

/// One line of the history: a call began, or a call is over.
///
/// Every call leaves two records on each side with one `call` id, by which two histories can be
/// compared. The end repeats the fields of the start, because the other record may be in a file
/// that is gone. The JSON keys are an interface, listed in intercomctl(1).
public struct HistoryRecord: JSONRecord, Equatable, Sendable {
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
        /// This station began it.
        case outgoing = "out"
        case incoming = "in"
    }

    /// Why it ended.
    public enum Cause: String, JSONWord, Sendable, CaseIterable {
        /// One side hung up.
        case hungUp = "hung_up"
        /// No answer while it rang.
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
        case peerRestarted = "peer_restarted"
        /// A call of higher priority took its place.
        case preempted
        /// It had lasted for as long as a call of its kind may.
        case timeUp = "time_up"
        /// This station was stopped, or its settings took the peer away.
        case stopped
        /// This station crashed, and wrote this at its next start.
        case crash
        /// Written by a newer program.
        case other

        public static var ofNewerProgram: Self? { .other }
    }

    public var schema = 1
    public var phase = Phase.start
    /// The call's id, a UUID as text: the same on both sides.
    public var call = ""
    /// Milliseconds since 1970, UTC.
    public var timeMilliseconds = 0
    public var kind = Kind.call
    public var direction = Direction.outgoing
    /// The other; for a call of a channel that went out, empty until somebody answered.
    public var peer = ""
    /// Through which channel; nil for the peer alone.
    public var channel: String?
    public var priority = Priority.normal
    /// Why the call ended; nil at a start, as are the three below.
    public var cause: Cause?
    /// How long it rang, in seconds.
    public var ringSeconds: Double?
    /// How long one could talk; nil too when nobody answered.
    public var talkSeconds: Double?
    /// A station, or "auto" where the policy answered; nil when nobody did.
    public var answeredBy: String?
    /// For a call that this station began: what asked for it here, and the user.
    public var asker: String?
    public var user: Int?
    /// A call that rang here, or would have, and was not answered: `history --missed` shows it.
    public var isMissed = false

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
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
    /// For a person.
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
        case .peerRestarted: "the other station restarted"
        case .preempted: "gave way to another call"
        case .timeUp: "its longest time was over"
        case .stopped: "stopped"
        case .crash: "cut off by a crash"
        case .other: "another cause"
        }
    }
}

/// What history files hold.
public struct HistoryFile {
    public private(set) var records: [HistoryRecord] = []
    /// Lines that are no JSON, such as a last one that power failed at.
    ///
    /// Those that a newer program wrote are neither damaged nor records.
    public private(set) var damaged = 0

    public init() {}

    /// Reads a file behind those before; whatever bytes these are.
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
    /// The record that ends a call which was open when the station crashed.
    ///
    /// Its talk time is unknown.
    public func ended(by cause: Cause, at timeMilliseconds: Int) -> HistoryRecord {
        var end = self
        end.phase = .end
        end.cause = cause
        end.timeMilliseconds = max(timeMilliseconds, self.timeMilliseconds)
        return end
    }

    /// The starts among these that have no end, in their order.
    public static func open(in records: [HistoryRecord]) -> [HistoryRecord] {
        let ended = Set(records.filter { $0.phase == .end }.map { $0.place })
        var seen: Set<String> = []
        return records.filter {
            $0.phase == .start && !ended.contains($0.place) && seen.insert($0.place).inserted
        }
    }

    /// Names a call on this side.
    ///
    /// Not by its peer: of a call to a channel, the peer is known only at the end.
    var place: String { "\(call) \(direction.rawValue)" }

    /// The times that a record can have, in milliseconds since 1970: to the end of the year 9999.
    private static let times = 0...253_402_300_799_999

    /// When the call began, as far as this record alone can tell.
    fileprivate var beganMilliseconds: Int {
        guard phase == .end else { return timeMilliseconds }
        let seconds = (ringSeconds ?? 0) + (talkSeconds ?? 0)
        guard Self.times.contains(timeMilliseconds), seconds.isFinite,
            (0...1e9).contains(seconds)
        else { return timeMilliseconds }
        return timeMilliseconds - Int(seconds * 1000)
    }
}

/// Some calls of the history, the newest first: what `intercomctl history` shows.
public struct HistoryList: JSONRecord, Equatable, Sendable {
    public var schema = 1
    public var calls: [Call] = []
    /// Whether there are older calls that were not asked for, or did not fit.
    public var isCut = false
    /// Why the history is not being written; null when it is.
    public var problem: String?

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("schema", &schema)
        coder.field("calls", &calls)
        coder.field("more", &isCut)
        coder.field("problem", &problem)
    }

    /// One call, as its two records tell it.
    public struct Call: JSONRecord, Equatable, Sendable {
        /// Milliseconds since 1970, UTC; the end is null while it goes on.
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

    /// What a reply holds with room to spare.
    public static let callsMax = 300

    /// The calls that records tell of, the newest first.
    ///
    /// - Parameters:
    ///   - records: in the order in which they were written.
    ///   - query: which of them.
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

/// Which calls are asked for; a request may leave each of these out.
public struct HistoryQuery: JSONRecord, Equatable, Sendable {
    /// Only missed calls.
    public var isMissed = false
    /// Only those that began then or later: milliseconds since 1970.
    public var sinceMilliseconds = 0
    /// The most calls in one reply.
    public var limit = HistoryList.callsMax
    /// The number of newest calls to skip, which an earlier reply had.
    public var skip = 0

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.late("missed", &isMissed)
        coder.late("since_ms", &sinceMilliseconds)
        coder.late("limit", &limit)
        coder.late("skip", &skip)
    }
}
