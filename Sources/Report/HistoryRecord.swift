public import Wire

/// One line of the history: a call began, or a call is over.
///
/// Every call leaves two records on each side with one `call` id, by which two histories can be
/// compared. The end repeats the fields of the start, because the other record may be in a file
/// that is gone. The JSON keys are an interface, listed in intercomctl(1).
public struct HistoryRecord: JSONRecord, Equatable, Sendable {
    public enum Phase: String, Sendable { case start, end }

    /// The kind of call.
    public enum Kind: String, Sendable, CaseIterable {
        case call
        case dropIn = "drop_in"
        case listenIn = "listen_in"
        case announce
        /// Written by a newer program.
        case other
    }

    public enum Direction: String, Sendable {
        /// This station began it.
        case outgoing = "out"
        case incoming = "in"
    }

    /// Why it ended.
    public enum Cause: String, Sendable, CaseIterable {
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
        var kind = kind.rawValue
        coder.field("kind", &kind)
        self.kind = Kind(rawValue: kind) ?? .other
        coder.field("direction", &direction)
        coder.field("peer", &peer)
        coder.field("channel", &channel)
        coder.field("priority", &priority)
        var cause = cause?.rawValue
        coder.field("cause", &cause)
        self.cause = cause.map { Cause(rawValue: $0) ?? .other }
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
