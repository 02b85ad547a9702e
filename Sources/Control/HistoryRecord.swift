public import Wire

/// One line of the history: a call began, or a call is over.
///
/// Every call leaves two on each side, with one `call`: that is how the two histories are laid side
/// by side. The end says again what the start said, so either is of use alone: the other may be in
/// a file that is gone. The JSON keys are an interface, listed in intercomctl(1).
public struct HistoryRecord: JSONRecord, Equatable, Sendable {
    public enum Phase: String, Sendable { case start, end }

    /// What it was.
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
        /// Somebody hung up.
        case hungUp = "hung_up"
        /// Nobody answered while it rang.
        case noAnswer = "no_answer"
        /// The caller gave up before anybody answered.
        case cancelled
        case rejected, busy
        /// The receiver's policy does not allow it.
        case denied
        /// Do not disturb, or quiet hours.
        case doNotDisturb = "do_not_disturb"
        /// A mode the other does not know.
        case unsupported
        /// The other did not answer at all.
        case unreachable
        case answeredElsewhere = "answered_elsewhere"
        /// Answered, and then no sound came.
        case noPath = "no_path"
        /// The sound stopped coming.
        case mediaTimeout = "media_timeout"
        case peerRestarted = "peer_restarted"
        /// It gave way to one of higher priority.
        case preempted
        /// This station was stopped, or its settings took the peer away.
        case stopped
        /// This station fell, and said so when it was back.
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
    /// Of an end; nil at a start, as are the three below.
    public var cause: Cause?
    /// How long it rang, in seconds.
    public var ringSeconds: Double?
    /// How long one could talk; nil too when nobody answered.
    public var talkSeconds: Double?
    /// A station, or "auto" where the policy answered; nil when nobody did.
    public var answeredBy: String?
    /// It rang here, or would have, and nobody answered: what `history --missed` shows.
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
        case .stopped: "stopped"
        case .crash: "cut off by a crash"
        case .other: "another cause"
        }
    }
}
