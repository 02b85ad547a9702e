internal import Crypto
internal import Time
internal import Wire

/// What this station knows of one peer's roster, and has told it of its own.
struct RosterPeer {
    /// After what is of no use, and after too little, for which the network may be to blame.
    private static let restMax = (useless: Duration.seconds(600), lost: Duration.seconds(30))

    let key: PublicKey
    var isUp = false
    /// The notice of the roster that this station wants from the peer.
    private(set) var notice: RosterNotice?
    /// The last notice that the peer has sent about the site of this station.
    var told: RosterNotice?
    /// The site that it has told last that it introduces, as a notice has it; nil for none.
    var introduced: UInt64?
    /// When it told so last; nil where its roster is of no site that this station has left.
    var leftAt: Instant?
    /// How often what it gave was of no use.
    private(set) var failures = 0
    /// Nil where it does not rest.
    private(set) var restsUntil: Instant?
    /// When the peer gets notices of this station's roster; they begin with its first session.
    var notices = NoticeSchedule()
    /// The roster of the peer that was read and not taken; it is not fetched again.
    private var refused: UInt64?

    init(_ key: PublicKey) { self.key = key }

    /// It is to hear of the roster that is held.
    mutating func announce(at now: Instant) {
        notices.begin(at: now)
        refused = nil
    }

    /// It has told of one that may be fetched, or of none.
    mutating func setNotice(_ notice: RosterNotice?) {
        self.notice = notice?.text == refused ? nil : notice
    }

    func rests(at now: Instant) -> Bool { restsUntil.map { now < $0 } ?? false }

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

/// When a station tells a peer what it has, where no answer says that it was heard (protocol.md
/// §4.3).
///
/// At once, after 1 and 5 s, because any of them may be lost, and then every 15 s.
struct NoticeSchedule {
    private static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    private static let pause = Duration.seconds(15)

    /// When the next one is due; nil where none is.
    private(set) var due: Instant?
    private var last: Instant?
    private var sent = 0

    /// There is something new to tell.
    mutating func begin(at now: Instant) { (due, sent) = (now, 0) }

    /// The peer has not heard it: it is told again, once a second at most.
    mutating func beginAgain(at now: Instant) {
        begin(at: last.map { max(now, $0 + Self.pauses[0]) } ?? now)
    }

    /// The peer has shown that it knows, which counts once it was told.
    mutating func acknowledge(at now: Instant) {
        guard sent > 0 else { return }
        (due, sent) = (now + Self.pause, Self.pauses.count + 1)
    }

    /// There is nothing to tell any more.
    mutating func end() { due = nil }

    /// Whether it is time for a notice, which goes out then.
    mutating func goesOut(at now: Instant) -> Bool {
        guard let due, now >= due else { return false }
        self.due = now + (Self.pauses.indices.contains(sent) ? Self.pauses[sent] : Self.pause)
        sent += 1
        last = now
        return true
    }
}
