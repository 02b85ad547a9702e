public import Time
public import Wire

/// The state of a call, for people.
public enum CallState: String, Sendable {
    /// Offered; nothing has come back yet.
    case trying
    /// The call rings at the other side.
    case calling
    /// The call rings here.
    case ringing
    case connecting
    case active
}

/// The cause of a call's end; `HistoryRecord.Cause` has its words.
public enum CallEnding: CaseIterable, Sendable {
    case hungUp
    /// The other side hung up.
    case hungUpThere
    /// The caller withdrew the offer before an answer.
    case cancelled
    case declined
    case busy
    case doNotDisturb
    case refused
    case unknownMode
    case noAnswer
    case answeredElsewhere
    case unreachable
    /// The offer was too old when it arrived.
    case expired
    /// Answered, but no sound came.
    case noPath
    case mediaTimeout
    /// No sound came, or it stopped coming, while this station had no network.
    case noNetwork
    case peerRestarted
    /// The call reached the time limit of its mode.
    case timeUp
    /// The peer closed the session, or was removed from the settings.
    case peerGone
    /// An emergency call replaced this call.
    case preempted
}

/// The facts of a call, from its first record to its last.
public struct CallSummary: Equatable, Sendable {
    public let id: CallID
    public let isOutgoing: Bool
    public let mode: Offer.Mode
    public let priority: Priority
    /// The numbers of the called peers, or of the caller.
    public let peers: [Int]
    /// The channel's reference, or 0.
    public let reference: UInt64
    public let since: Instant
    /// The called channel's name here; nil for a call of a peer, and for a call of another station.
    public internal(set) var channel: String?
    /// When a station answered.
    public internal(set) var answeredAt: Instant?
    /// Whether it rang at a called peer.
    public internal(set) var hasRung = false
    /// The first called peer that answered.
    public internal(set) var answeredBy: Int?
    /// Whether the policy `call = auto` answered, and no person here.
    public internal(set) var isAutomatic = false

    /// The other peer of the call; of several, the first that answered.
    public var peer: Int? { peers.count == 1 ? peers[0] : answeredBy }

    /// Whether a peer hears, or heard, this room although no person here answered: this station
    /// then beeps every ten seconds.
    public var isHeardUnasked: Bool {
        !isOutgoing && (mode == .listenIn || mode == .dropIn || isAutomatic) && answeredAt != nil
    }

    /// Whether a call that rang here and ended this way counts as missed.
    public func isMissed(by ending: CallEnding) -> Bool {
        guard !isOutgoing, mode == .call, answeredAt == nil else { return false }
        switch ending {
        case .cancelled, .busy, .doNotDisturb, .noAnswer, .unreachable, .expired, .mediaTimeout,
            .noNetwork, .noPath, .peerRestarted, .peerGone, .preempted:
            return true
        case .hungUp, .hungUpThere, .declined, .refused, .unknownMode, .answeredElsewhere,
            .timeUp:
            return false
        }
    }
}

extension CallSummary {
    /// Returns the peer that was called alone, where nothing has said that a call that ended this
    /// way rang there; it did nevertheless if only the way back was cut.
    public func unreached(by ending: CallEnding) -> Int? {
        guard isOutgoing, mode == .call, channel == nil, peers.count == 1, !hasRung,
            answeredAt == nil
        else { return nil }
        switch ending {
        case .unreachable, .cancelled, .noAnswer: return peers[0]
        case .hungUp, .hungUpThere, .declined, .busy, .doNotDisturb, .refused, .unknownMode,
            .answeredElsewhere, .expired, .noPath, .mediaTimeout, .noNetwork, .peerRestarted,
            .timeUp, .peerGone, .preempted:
            return nil
        }
    }
}

/// One call of this station, with a leg for each peer in it.
struct Call {
    static let ringTime = Duration.seconds(30)
    static let pathTime = Duration.seconds(8)
    /// An offer that opens a microphone or speaker by itself does so for this long after the caller
    /// acted.
    static let opensFor = Duration.seconds(3)
    static let warnTime = Duration.seconds(2)
    static let deadTime = Duration.seconds(10)
    /// How often members confirm that they are in the call, and how long after its last
    /// confirmation a member is removed.
    static let refreshTime = Duration.seconds(5)
    static let otherTime = Duration.seconds(20)
    /// How long the caller may take to name a station that is in the call.
    static let introducedIn = Duration.seconds(8)

    enum LegState {
        /// Offered to the peer; nothing has come back.
        case trying
        /// The call rings there, or here when the peer is the caller.
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
        /// When the peer was last heard.
        var heardAt: Instant
        var isWeak = false
        /// The number of the OFFER to the peer, and why nobody there hears the call ring.
        var offer: UInt32?
        var unheard: Unheard?
    }

    /// Another station in a call of a channel.
    struct Member {
        let name: MemberName
        /// A station that has left the call does not come back.
        var isIn: Bool
    }

    /// An offer of a peer that this station was calling; the offer's id was the higher one.
    struct Crossing {
        let peer: Int
        let offer: Offer
        let at: Instant
        /// How long before `at` the caller of this offer acted.
        let age: Duration
    }

    var summary: CallSummary
    /// The legs: at the caller one for each called peer, at the called station one for the caller.
    var legs: [Leg]
    /// Other members of a joined call, and the time of each one's last confirmation.
    var others: [(peer: Int, at: Instant)] = []
    /// The other stations that are or were in the call, as reported by its caller.
    var members: [Member] = []
    /// Peers that bound a stream to the call before its caller had named them.
    var uninvited: [(peer: Int, since: Instant)] = []
    /// The peer's own offer, which becomes the call if that peer rejects this call.
    var crossing: Crossing?
    let ringsUntil: Instant
    var nextRefresh = Instant.never
    var nextPing = Instant.never

    var id: CallID { summary.id }

    /// The place of a peer's leg; nil where it has none.
    func place(of peer: Int) -> Int? { legs.firstIndex { $0.peer == peer } }

    func leg(of peer: Int) -> Leg? { legs.first { $0.peer == peer } }

    /// The state of the leg that has come furthest.
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

    /// Returns the peers that know of the call: the called peers or the caller, and named members.
    func knowing(_ names: ByPeer<MemberName?>) -> PeerSet {
        var peers = PeerSet(summary.peers)
        for peer in names.indices where members.contains(where: { $0.name == names[peer] }) {
            peers.insert(peer)
        }
        return peers
    }

    var isAnswered: Bool { state == .connecting || state == .active }

    /// Whether all stations that answer join the call; else the first answer ends the ringing
    /// elsewhere.
    var isJoined: Bool { summary.mode == .call && summary.reference != 0 }

    /// Whether this peer must be heard from time to time, or its leg ends.
    func keepsUp(with leg: Leg) -> Bool {
        leg.isOpen || leg.state == .ringing && summary.isOutgoing
    }

    /// The peers that hear this station's microphone in this call now.
    var listeners: [Int] {
        guard speaks else { return [] }
        return (legs.filter { $0.isOpen }.map { $0.peer } + others.map { $0.peer }).sorted()
    }

    /// Whether this peer is heard in this call now.
    func hears(_ peer: Int) -> Bool {
        let isIn = leg(of: peer)?.isOpen ?? false || others.contains { $0.peer == peer }
        return isIn && hearsAnyone
    }

    /// All peers in the call.
    var participants: [Int] { legs.map { $0.peer } + others.map { $0.peer } }

    /// Whether this station's microphone is open in the call.
    var speaks: Bool {
        switch summary.mode {
        case .announce: summary.isOutgoing
        case .listenIn: !summary.isOutgoing
        default: true
        }
    }

    private var hearsAnyone: Bool {
        switch summary.mode {
        case .announce: !summary.isOutgoing
        case .listenIn: summary.isOutgoing
        default: true
        }
    }
}

extension Call {
    /// Whether the caller listens to this room.
    var isListenedInHere: Bool { !summary.isOutgoing && summary.mode == .listenIn }

    /// Whether nobody here has acted on the call: it rings here, or is an announcement.
    var isUnattended: Bool {
        !summary.isOutgoing && (state == .ringing || summary.mode == .announce)
    }

    /// When the call ends even if a peer still sends: no room stays open, and no station busy, for
    /// ever.
    ///
    /// The caller ends the call three seconds before the called station does.
    var endsAt: Instant {
        guard let answeredAt = summary.answeredAt else { return .never }
        let most: Duration =
            switch summary.mode {
            case .announce: PageLimit.time
            case .listenIn: .seconds(12 * 3600)
            default: .seconds(2 * 3600)
            }
        return answeredAt + most + (summary.isOutgoing ? .zero : .seconds(3))
    }
}

/// A call that is over, or that a peer cancelled before its offer came.
struct EndedCall {
    static let most = 64
    /// How many of these calls one peer may have cancelled before their offers came.
    static let cancelledMax = 8
    static let keptFor = Duration.seconds(120)

    let id: CallID
    /// The peer that cancelled the call before its offer came here: other peers may still offer a
    /// call of this id.
    let peer: Int?
    /// The peers that called, were called or joined; nil after a crash, when only the id is known.
    let knowing: PeerSet?
    let at: Instant

    /// Returns whether this peer may learn that the call with this reference is over: other peers
    /// learn nothing.
    func isOver(_ reference: UInt64, with other: Int) -> Bool {
        guard id.reference == reference else { return false }
        if let peer { return peer == other }
        return knowing?.contains(other) ?? true
    }
}

extension Call.Leg {
    /// Whether sound may go both ways.
    var isOpen: Bool { state == .connecting || state == .active }

    init(peer: Int, state: Call.LegState, at now: Instant) {
        self.init(peer: peer, state: state, since: now, heardAt: now)
    }
}

/// Bounds the calls one peer may offer: each costs two lines of history and two runs of a hook
/// program.
///
/// A peer may offer a few in a row, for a person in need, then one a minute. Further calls get
/// "busy" and are only counted, so no peer can push other calls out of the history.
///
/// Also bounds the time for which the peer's calls occupy this station, ringing or announcing,
/// while nobody here touches a key: other calls get "busy" meanwhile. The time left grows again
/// slowly, or at once when a person answers.
struct CallBudget {
    static let atOnce = 16
    static let pause = Duration.seconds(60)

    static let holdingAtOnce = Duration.seconds(120)
    /// Seconds without such a call that restore one second of the time.
    static let holdingShare = 6

    private var holdingLeft = holdingAtOnce
    private var heldUntil = Instant(nanoseconds: .min / 2)

    private var left = atOnce
    private var grownAt = Instant(nanoseconds: .min / 2)

    /// Whether one more call is accepted now.
    mutating func admit(at now: Instant) -> Bool {
        while left < Self.atOnce, now - grownAt >= Self.pause {
            left += 1
            grownAt = left == Self.atOnce ? now : grownAt + Self.pause
        }
        guard left > 0 else { return false }
        if left == Self.atOnce { grownAt = now }
        left -= 1
        return true
    }

    /// Whether one more call may ring, or be an announcement.
    func mayHold(at now: Instant) -> Bool { holding(at: now) > .zero }

    /// Takes off the time since `since`, for which an unanswered call occupied this station.
    mutating func held(since: Instant, at now: Instant) {
        holdingLeft = holding(at: since) - (now - since)
        heldUntil = max(heldUntil, now)
    }

    /// Restores the whole time: a person has answered, so the calls are wanted.
    mutating func answered() { holdingLeft = Self.holdingAtOnce }

    /// The time left at `now`.
    private func holding(at now: Instant) -> Duration {
        guard now > heldUntil else { return holdingLeft }
        let most = Self.holdingAtOnce * Self.holdingShare
        let grown = min(now - heldUntil, most * 2) / Self.holdingShare
        return min(Self.holdingAtOnce, holdingLeft + grown)
    }
}
