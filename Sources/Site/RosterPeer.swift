internal import Crypto
internal import Time
internal import Wire

/// What this station knows of one peer's roster, and has told it of its own.
struct RosterPeer {
    /// After the first notice of a session, or of another roster: any of them may be lost.
    private static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    private static let pause = Duration.seconds(15)
    /// After what is of no use, and after too little, for which the network may be to blame.
    private static let restMax = (useless: Duration.seconds(600), lost: Duration.seconds(30))

    let key: PublicKey
    var isUp = false
    /// Of the roster that is wanted from it.
    private(set) var notice: RosterNotice?
    /// How often what it gave was of no use.
    private(set) var failures = 0
    /// Nil where it does not rest.
    private(set) var restsUntil: Instant?
    /// Nil before its first session.
    private(set) var nextNotice: Instant?
    /// The text of its that was read and not taken; it is not fetched again.
    private var refused: UInt64?
    private var lastNotice: Instant?
    private var noticesSent = 0

    init(_ key: PublicKey) { self.key = key }

    /// It is to hear of the roster that is held.
    mutating func announce(at now: Instant) {
        noticesSent = 0
        nextNotice = now
        refused = nil
    }

    /// It has told of one that may be fetched, or of none.
    mutating func offers(_ notice: RosterNotice?) {
        self.notice = notice?.text == refused ? nil : notice
    }

    func rests(at now: Instant) -> Bool { restsUntil.map { now < $0 } ?? false }

    /// It has an older one: it is told again, once a second at most.
    mutating func isBehind(at now: Instant) {
        noticesSent = 0
        nextNotice = lastNotice.map { max(now, $0 + Self.pauses[0]) } ?? now
    }

    /// It has the same.
    mutating func agrees(at now: Instant) {
        guard noticesSent > 0 else { return }
        noticesSent = Self.pauses.count + 1
        nextNotice = now + Self.pause
    }

    /// Whether it is time for a notice, which goes out then.
    mutating func announces(at now: Instant) -> Bool {
        guard let due = nextNotice, now >= due else { return false }
        nextNotice =
            now
            + (Self.pauses.indices.contains(noticesSent) ? Self.pauses[noticesSent] : Self.pause)
        noticesSent += 1
        lastNotice = now
        return true
    }

    /// What it gave was of use; it rests until then.
    mutating func succeeds(restingUntil end: Instant? = nil) {
        notice = nil
        failures = 0
        restsUntil = end
    }

    /// Nothing came of it: it rests 2, 4, 8 seconds, and so on.
    ///
    /// - Parameters:
    ///   - text: What was read of it; nil where not all has come.
    ///   - now: The time.
    mutating func fails(_ text: UInt64?, at now: Instant) {
        notice = nil
        refused = text ?? refused
        failures += 1
        let most = text == nil ? Self.restMax.lost : Self.restMax.useless
        restsUntil = now + min(most, .seconds(1 << min(failures, 10)))
    }
}
