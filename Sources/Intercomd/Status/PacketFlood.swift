internal import Time

/// Data packets come by the thousand that no peer sent: garbage, copies, or more than is read.
///
/// It is looked at once a second. What a house sends by mistake, after a restart, a move or from a
/// network that doubles packets, is far less.
struct PacketFlood: Equatable, Sendable {
    /// A second with so many is one of a flood.
    static let least = 1_000
    /// A flood is told of for so long after the last such second.
    static let lasts = Duration.seconds(5)

    /// Packets of nobody in a second, lately.
    private(set) var perSecond = 0
    private var until: Instant?
    private var lossUntil: Instant?
    private var last: (totals: Totals, at: Instant)?

    /// What was counted since the start.
    struct Totals: Equatable, Sendable {
        /// Packets that were read and are of no session, false, or known already.
        var refused: UInt64
        /// Packets that found the queue of unknown addresses full.
        var straysLost: UInt64
        /// Packets that found the queue of the peers' addresses full.
        var lost: UInt64

        init(refused: UInt64, straysLost: UInt64, lost: UInt64) {
            (self.refused, self.straysLost, self.lost) = (refused, straysLost, lost)
        }

        fileprivate var all: UInt64 { refused + straysLost + lost }
    }

    init() {}

    static func == (a: PacketFlood, b: PacketFlood) -> Bool {
        (a.perSecond, a.until, a.lossUntil) == (b.perSecond, b.until, b.lossUntil)
    }

    /// Whether it is there now.
    func isOn(at now: Instant) -> Bool { until.map { now < $0 } ?? false }

    /// Whether packets from the addresses of peers, theirs among them, find no room.
    func isLossy(at now: Instant) -> Bool { lossUntil.map { now < $0 } ?? false }

    /// Takes what was counted by now; once a second.
    mutating func follow(_ totals: Totals, at now: Instant) {
        defer { last = (totals, now) }
        guard let last, totals.all >= last.totals.all, totals.lost >= last.totals.lost else {
            return
        }
        let elapsed = max(1, (now - last.at).milliseconds)
        let rate = (totals.all - last.totals.all) * 1_000 / UInt64(elapsed)
        // A queue that runs over for another cause, by a processor that is late, is no flood.
        if Int(rate) >= Self.least,
            totals.refused + totals.straysLost > last.totals.refused
                + last.totals.straysLost
        {
            perSecond = Int(rate)
            until = now + Self.lasts
            if totals.lost > last.totals.lost { lossUntil = until }
        } else if !isOn(at: now) {
            (perSecond, until, lossUntil) = (0, nil, nil)
        }
    }
}
