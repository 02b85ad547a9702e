internal import Crypto
internal import Time
internal import Wire

/// The exchange of rosters with one peer: the peer's notices, and the notices to it.
struct RosterPeer {
    /// The longest rests after a useless roster, and after an incomplete one.
    private static let restMax = (useless: Duration.seconds(600), lost: Duration.seconds(30))

    let key: PublicKey
    var isUp = false
    /// The notice of the roster that this station wants from the peer.
    private(set) var notice: RosterNotice?
    /// The last notice that the peer has sent about the site of this station.
    var told: RosterNotice?
    /// The site that the peer introduces by its last notice, if any, and when it came.
    var introduced: (site: UInt64, at: Instant)?
    /// When the peer last announced this site under a former key; nil after other notices.
    var leftAt: Instant?
    /// How many fetches from the peer have failed in a row.
    private(set) var failures = 0
    /// When the peer's rest ends; nil without a rest.
    private(set) var restsUntil: Instant?
    /// When the peer gets notices of this station's roster; they begin with its first session.
    var notices = NoticeSchedule()
    /// The roster of the peer that was read and not taken; it is not fetched again.
    private var refused: UInt64?

    init(_ key: PublicKey) { self.key = key }

    /// Begins notices of the held roster.
    mutating func announce(at now: Instant) {
        notices.begin(at: now)
        refused = nil
    }

    /// Sets the roster to fetch from the peer, unless it was refused before.
    mutating func setNotice(_ notice: RosterNotice?) {
        self.notice = notice?.text == refused ? nil : notice
    }

    func rests(at now: Instant) -> Bool { restsUntil.map { now < $0 } ?? false }

    /// Notes a useful roster; the peer rests until `end`.
    mutating func succeeds(restingUntil end: Instant? = nil) {
        notice = nil
        failures = 0
        restsUntil = end
    }

    /// Notes a failed fetch; the peer rests 2, 4, 8 seconds, and so on.
    ///
    /// - Parameters:
    ///   - text: The roster that was read; nil if it was incomplete.
    ///   - now: The time.
    mutating func fails(_ text: UInt64?, at now: Instant) {
        notice = nil
        refused = text ?? refused
        failures += 1
        let most = text == nil ? Self.restMax.lost : Self.restMax.useless
        restsUntil = now + min(most, .seconds(1 << min(failures, 10)))
    }
}
