internal import Time

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
    mutating func isKnown(at now: Instant) {
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
