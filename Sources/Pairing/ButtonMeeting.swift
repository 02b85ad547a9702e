public import Time
public import Wire

/// Two stations whose talk buttons are held meet without a code (protocol.md §4.1): which other
/// station is the one, and when to pair with it.
///
/// Sans-I/O: tell it which stations announce a meeting and the time; do what it returns. No code
/// proves the other station, so everything depends on its being the only one. A station therefore
/// looks for as long as the other button may take, and not just until it finds somebody: a third
/// station that answers each of the two at once is seen by both, and nobody is paired.
public struct ButtonMeeting: Sendable {
    /// Another station that has announced a meeting since this one began.
    public struct Other: Equatable, Sendable {
        public let id: MeetingID
        public let endpoints: [Endpoint]
        /// It has looked for long enough, and listens if it is the one that does.
        public let isReady: Bool
        /// It has said that its meeting is over.
        public let isGone: Bool

        public init(id: MeetingID, endpoints: [Endpoint], isReady: Bool, isGone: Bool) {
            self.id = id
            self.endpoints = endpoints
            self.isReady = isReady
            self.isGone = isGone
        }
    }

    /// One thing to do.
    public enum Step: Equatable, Sendable {
        /// Ask for other stations again.
        case ask
        /// Listen for the other station, and announce that this one is ready.
        case show
        /// Pair with the other station, which listens at these places.
        case enter([Endpoint])
        /// Nothing is paired. After `crowded` and `blind` go on announcing until `leave`.
        case end(End)
        /// Stop announcing.
        case leave
    }

    public enum End: Equatable, Sendable {
        case noStationFound
        /// More than one other station takes part.
        case crowded
        /// So much is announced that another station may be missed.
        case blind
    }

    /// The buttons are held within this time.
    public static let window = Duration.seconds(60)
    /// So long a station looks before it pairs: its beacons and questions come twice within a
    /// second, and this is time for more of them after the last moment of the window.
    public static let looking = window + .seconds(3)
    /// The other station may have begun at the end of this one's window, and looks as long; then
    /// comes the pairing.
    static let patience = window + looking + .seconds(12)
    /// A third station that has just come must see this one, to know that it is a third.
    static let farewell = Duration.seconds(10)
    /// An announcement may be lost, and a third station's more than all.
    static let askSpacing = Duration.seconds(5)
    /// A station that has paired, or that begins anew, says that it is gone a little earlier.
    static let gonePatience = Duration.seconds(3)
    static let tries = 3
    static let trySpacing = Duration.seconds(2)

    private enum State: Equatable {
        case looking, waiting, listening, pairing, settled, leaving, over
    }

    public let own: MeetingID
    private let began: Instant
    private let looking: Duration
    private var state = State.looking
    /// The only one that was seen so far.
    public private(set) var other: MeetingID?
    private var goneSince: Instant?
    private var tried = 0
    private var triesAt: Instant?
    private var asksAt: Instant?
    private var leavesAt: Instant?

    /// - Parameters:
    ///   - own: The name of this station in the meeting.
    ///   - looking: Shorter only in tests, of stations that do not keep to the rules.
    ///   - now: The time.
    public init(
        as own: MeetingID, looking: Duration = ButtonMeeting.looking, at now: Instant
    ) {
        self.own = own
        self.looking = looking
        began = now
        // The first questions belong to the announcement.
        asksAt = now + Self.askSpacing
    }

    /// It has ended, and only announces itself until `leave`.
    public var isLeaving: Bool { state == .leaving }

    /// When to call `look` at the latest; nil means never.
    public var deadline: Instant? {
        switch state {
        case .looking: earliest(began + (other == nil ? Self.window : looking), asksAt)
        case .waiting, .listening: earliest(began + Self.patience, triesAt, asksAt, goneDue)
        case .pairing: earliest(began + Self.patience, goneDue)
        case .settled: began + Self.patience
        case .leaving: leavesAt
        case .over: nil
        }
    }

    /// Takes all stations that have announced a meeting since this one began, those that are gone,
    /// too, and lets time pass.
    ///
    /// A station is blind where announcements were dropped unread.
    ///
    /// - Returns: What to do now; ask again until there is nothing.
    public mutating func look(_ others: [Other], isBlind: Bool = false, at now: Instant) -> Step? {
        switch state {
        case .over: return nil
        case .leaving:
            guard let leavesAt, now >= leavesAt else { return nil }
            state = .over
            return .leave
        case .settled: return now >= began + Self.patience ? end(.noStationFound) : nil
        case .looking, .waiting, .listening, .pairing: break
        }
        let strangers = others.filter { $0.id != own }
        for one in strangers {
            guard let other else {
                // One that came later still counts as a third, and is never the second.
                if now < began + Self.window { other = one.id }
                continue
            }
            if one.id != other { return crowd(at: now) }
        }
        if isBlind { return leave(as: .blind, at: now) }
        let found = strangers.first { $0.id == other }
        goneSince = found?.isGone == true ? goneSince ?? now : nil
        switch state {
        case .looking:
            if other == nil, now >= began + Self.window { return end(.noStationFound) }
            return other != nil && now >= began + looking
                ? begin(found, at: now) : ask(at: now)
        case .waiting: return wait(for: found, at: now)
        case .listening: return isTooLate(at: now) ? end(.noStationFound) : ask(at: now)
        case .pairing: return isTooLate(at: now) ? end(.noStationFound) : nil
        case .settled, .leaving, .over: return nil
        }
    }

    /// Whether a card is the one that the other station has promised.
    public func expects(_ card: PairingCard) -> Bool {
        other.map { $0 == MeetingID(of: card) } ?? false
    }

    /// The other station has proved to be the one, and gets this one's key: from now on it is too
    /// late for a third.
    public mutating func settle() { state = .settled }

    /// The other station was not reached.
    ///
    /// - Returns: Whether it is to be tried again.
    public mutating func mayRetry(at now: Instant) -> Bool {
        guard state == .pairing, tried < Self.tries else { return false }
        state = .waiting
        triesAt = now + Self.trySpacing
        asksAt = now + Self.askSpacing
        return true
    }

    /// A station took part that nobody has announced: ends as `look` does with a third.
    public mutating func crowd(at now: Instant) -> Step { leave(as: .crowded, at: now) }

    private mutating func leave(as end: End, at now: Instant) -> Step {
        state = .leaving
        leavesAt = now + Self.farewell
        return .end(end)
    }

    private mutating func end(_ end: End) -> Step {
        state = .over
        return .end(end)
    }

    /// Has looked for long enough, and has seen one other station.
    private mutating func begin(_ found: Other?, at now: Instant) -> Step? {
        guard let other else { return nil }
        if own.listens(to: other) {
            state = .listening
            return .show
        }
        state = .waiting
        return wait(for: found, at: now)
    }

    private mutating func wait(for found: Other?, at now: Instant) -> Step? {
        if isTooLate(at: now) { return end(.noStationFound) }
        if let found, found.isReady, !found.isGone, triesAt.map({ now >= $0 }) ?? true {
            state = .pairing
            triesAt = nil
            tried += 1
            return .enter(found.endpoints)
        }
        if let triesAt, now >= triesAt { self.triesAt = nil }
        return ask(at: now)
    }

    private mutating func ask(at now: Instant) -> Step? {
        guard let asksAt, now < asksAt else {
            asksAt = now + Self.askSpacing
            return .ask
        }
        return nil
    }

    private var goneDue: Instant? { goneSince.map { $0 + Self.gonePatience } }

    private func isTooLate(at now: Instant) -> Bool {
        now >= began + Self.patience || goneDue.map { now >= $0 } ?? false
    }

    private func earliest(_ last: Instant, _ others: Instant?...) -> Instant {
        others.reduce(last) { min($0, $1 ?? $0) }
    }
}
