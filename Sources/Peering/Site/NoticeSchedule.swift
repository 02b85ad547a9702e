internal import Time

/// The times of a station's notices to a peer, which have no answer (protocol.md §4.3).
///
/// Notices go out at once, after 1 and 5 s, because any of them may be lost, and then every 15 s.
struct NoticeSchedule {
    private static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    private static let pause = Duration.seconds(15)

    /// When the next notice is due, if any.
    private(set) var due: Instant?
    private var last: Instant?
    private var sent = 0

    /// Begins the notices: there is news.
    mutating func begin(at now: Instant) { (due, sent) = (now, 0) }

    /// Begins again, at most once a second: the peer has not received the notice.
    mutating func beginAgain(at now: Instant) {
        begin(at: last.map { max(now, $0 + Self.pauses[0]) } ?? now)
    }

    /// Puts off the next notice, because the peer knows; without effect before the first notice.
    mutating func acknowledge(at now: Instant) {
        guard sent > 0 else { return }
        (due, sent) = (now + Self.pause, Self.pauses.count + 1)
    }

    /// Whether a notice is due, which then counts as sent.
    mutating func goesOut(at now: Instant) -> Bool {
        guard let due, now >= due else { return false }
        self.due = now + (Self.pauses.indices.contains(sent) ? Self.pauses[sent] : Self.pause)
        sent += 1
        last = now
        return true
    }
}
