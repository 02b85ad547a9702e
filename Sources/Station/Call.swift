public import Time
public import Wire

/// Where a call stands, for people.
public enum CallState: String, Sendable {
    /// Offered, and nothing heard of it yet.
    case trying
    /// It rings at the other side.
    case calling
    /// It rings here.
    case ringing
    case connecting
    case active
}

/// How a call ended, in one word; the history and scripts know it by its text.
public enum CallEnding: String, CaseIterable, Sendable {
    case hungUp = "hung-up"
    /// By the other side.
    case hungUpThere = "hung-up-there"
    /// Withdrawn by the caller before anyone answered.
    case cancelled
    case declined
    case busy
    case doNotDisturb = "do-not-disturb"
    case refused
    case unknownMode = "unknown-mode"
    case noAnswer = "no-answer"
    case answeredElsewhere = "answered-elsewhere"
    case unreachable
    /// The offer was too old when it came.
    case expired
    /// Answered, and no sound came.
    case noPath = "no-path"
    case mediaTimeout = "media-timeout"
    case peerRestarted = "peer-restarted"
    /// The peer said goodbye, or was taken out of the settings.
    case peerGone = "peer-gone"
    /// An emergency took its place.
    case preempted
    /// This station broke down in the middle.
    case crash
}

/// What is known of a call from its first record to its last.
public struct CallSummary: Equatable, Sendable {
    public let id: CallID
    public let isOutgoing: Bool
    public let mode: Offer.Mode
    public let priority: Priority
    /// Whom it was offered to, or who offered it; by peer number.
    public let peers: [Int]
    /// The channel's reference, or 0.
    public let reference: UInt64
    public let since: Instant
    /// When somebody answered.
    public internal(set) var answeredAt: Instant?
    /// Of several, who answered first.
    public internal(set) var answeredBy: Int?

    public init(
        id: CallID, isOutgoing: Bool, mode: Offer.Mode, priority: Priority, peers: [Int],
        reference: UInt64, since: Instant
    ) {
        self.id = id
        self.isOutgoing = isOutgoing
        self.mode = mode
        self.priority = priority
        self.peers = peers
        self.reference = reference
        self.since = since
    }

    /// Whether a peer hears, or heard, this room without anyone here having answered: from its
    /// beginning it is beeped here every ten seconds.
    public var isHeardUnasked: Bool {
        !isOutgoing && (mode == .monitor || mode == .dropIn) && answeredAt != nil
    }

    /// Whether somebody rang here in vain when a call ended so.
    public func isMissed(by ending: CallEnding) -> Bool {
        guard !isOutgoing, mode == .call, answeredAt == nil else { return false }
        switch ending {
        case .cancelled, .busy, .doNotDisturb, .noAnswer, .unreachable, .expired, .mediaTimeout,
            .noPath, .peerRestarted, .peerGone, .preempted, .crash:
            return true
        case .hungUp, .hungUpThere, .declined, .refused, .unknownMode, .answeredElsewhere:
            return false
        }
    }
}

/// One call this station takes part in, with each peer it has to do with.
struct Call {
    enum LegState {
        /// Offered to it, and nothing heard.
        case trying
        /// It rings there, or here when the peer is the caller.
        case ringing
        /// Answered, and no sound yet.
        case connecting
        case active
    }

    struct Leg {
        let peer: Int
        var state: LegState
        /// When this state began.
        var since: Instant
        /// When it was heard last.
        var heardAt: Instant
        var isWeak = false
        /// Whether RINGING came: without it, the peer answers by itself.
        var hasRung = false
        var answersHalfDuplex = false
    }

    var summary: CallSummary
    /// The caller has one for each peer offered to; the called one, for the caller.
    var legs: [Leg]
    /// Others of a conference who are in it too, and when they last said so.
    var others: [(peer: Int, at: Instant)] = []
    /// Whether the first answer ends the ringing elsewhere.
    let isHunt: Bool
    let isRedial: Bool
    let ringsUntil: Instant
    var nextRefresh: Instant
    var nextPing: Instant

    var id: CallID { summary.id }

    /// How far anyone is.
    var state: CallState {
        var state = CallState.trying
        for leg in legs {
            switch leg.state {
            case .active: return .active
            case .connecting: state = .connecting
            case .ringing where state != .connecting:
                state = summary.isOutgoing ? .calling : .ringing
            case .trying, .ringing: break
            }
        }
        return state
    }

    var isAnswered: Bool { state == .connecting || state == .active }

    /// Who hears this station's microphone in this call now.
    var listeners: [Int] {
        guard speaks else { return [] }
        return (legs.filter { $0.isOpen }.map { $0.peer } + others.map { $0.peer }).sorted()
    }

    /// Who is heard in this call now.
    func hears(_ peer: Int) -> Bool {
        let isIn =
            legs.contains { $0.peer == peer && $0.isOpen }
            || others.contains { $0.peer == peer }
        return isIn && hearsAnyone
    }

    /// Everyone who is in it.
    var participants: [Int] { legs.map { $0.peer } + others.map { $0.peer } }

    private var speaks: Bool {
        switch summary.mode {
        case .announce: summary.isOutgoing
        case .monitor: !summary.isOutgoing
        default: true
        }
    }

    private var hearsAnyone: Bool {
        switch summary.mode {
        case .announce: !summary.isOutgoing
        case .monitor: summary.isOutgoing
        default: true
        }
    }
}

extension Call.Leg {
    /// Whether sound may go both ways.
    var isOpen: Bool { state == .connecting || state == .active }

    init(peer: Int, state: Call.LegState, at now: Instant) {
        self.init(peer: peer, state: state, since: now, heardAt: now)
    }
}
