internal import Crypto
internal import Time
internal import Wire

/// A roster on its way from a peer, part by part, in whatever order the parts come.
struct RosterFetch {
    /// Questions without an answer at one time.
    private static let open = 4
    private static let askedAgainAfter = Duration.milliseconds(500)
    /// The peer is left alone after this time without a new part.
    private static let patience = Duration.seconds(5)
    /// For all of it: nobody is to hold up the others by one part every few seconds.
    private static let patienceInAll = Duration.seconds(60)

    let peer: Int
    let notice: RosterNotice
    private var text: [UInt8]
    /// By part: when it was asked for last.
    private var asked: [Instant?]
    private var has: [Bool]
    private var left: Int
    private let end: Instant
    private var progress: Instant

    init(of notice: RosterNotice, from peer: Int, at now: Instant) {
        (self.peer, self.notice) = (peer, notice)
        text = Array(repeating: 0, count: Int(notice.size))
        left = (Int(notice.size) + RosterPart.size - 1) / RosterPart.size
        asked = Array(repeating: nil, count: left)
        has = Array(repeating: false, count: left)
        progress = now
        end = now + Self.patienceInAll
    }

    /// The whole text; nil while parts are missing, and where it is not the one of the notice.
    var whole: [UInt8]? {
        left == 0 && Roster.reference(of: text) == notice.text ? text : nil
    }

    /// Whether nothing more is to come.
    var isComplete: Bool { left == 0 }

    func isOver(at now: Instant) -> Bool { now >= end || now - progress >= Self.patience }

    var deadline: Instant {
        var first = min(end, progress + Self.patience)
        for place in has.indices where !has[place] {
            guard let asked = asked[place] else { continue }
            first = min(first, asked + Self.askedAgainAfter)
        }
        return first
    }

    /// Takes a part; one of another text, or of another length than it must have, has no effect.
    mutating func take(_ part: RosterPart, at now: Instant) {
        let (start, place) = (Int(part.offset), Int(part.offset) / RosterPart.size)
        guard part.text == notice.text, start % RosterPart.size == 0, has.indices.contains(place),
            !has[place], part.count == min(RosterPart.size, text.count - start)
        else { return }
        for byte in 0..<part.count { text[start + byte] = part.bytes[byte] }
        has[place] = true
        left -= 1
        progress = now
    }

    /// What is to be asked now.
    mutating func questions(at now: Instant) -> [RosterQuestion] {
        var waiting = 0
        var found: [RosterQuestion] = []
        for place in has.indices where !has[place] {
            guard waiting < Self.open else { break }
            waiting += 1
            if let before = asked[place], now - before < Self.askedAgainAfter { continue }
            asked[place] = now
            found.append(
                RosterQuestion(
                    text: notice.text, offset: UInt16(clamping: place * RosterPart.size)))
        }
        return found
    }
}

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
