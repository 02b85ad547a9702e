internal import Time

/// Shows one peer where this station is now, and notices if the peer does not answer.
struct Greeting {
    /// After the change, when a PING is sent: packets may be lost, and a new address or route may
    /// not be usable at once.
    static let times: [3 of Duration] = [.zero, .milliseconds(300), .milliseconds(900)]
    /// After the change, when the peer has had its time to answer.
    static let patience = Duration.milliseconds(1500)
    /// Changes of a machine come in groups; the first is told at once.
    static let spacing = Duration.milliseconds(250)

    enum Step { case none, greet, doubt }

    /// When the address or route has changed last; nil once that is done with.
    private var changedAt: Instant?
    private var sent = 0
    private var lastSent: Instant?

    mutating func begin(at now: Instant) {
        changedAt = now
        sent = 0
    }

    /// Does what it is time for; `lastOpened` is when a packet of the peer last opened.
    mutating func tick(lastOpened: Instant?, at now: Instant) -> Step {
        guard let changedAt, let deadline, now >= deadline else { return .none }
        guard sent < Self.times.count else {
            self.changedAt = nil
            // What opens after the first answer took its way may have been sent before the change.
            let isThere = lastOpened.map { $0 > changedAt } ?? false
            return isThere ? .none : .doubt
        }
        sent += 1
        lastSent = now
        return .greet
    }

    var deadline: Instant? {
        guard let changedAt else { return nil }
        guard sent < Self.times.count else { return changedAt + Self.patience }
        let due = changedAt + Self.times[sent]
        return lastSent.map { max(due, $0 + Self.spacing) } ?? due
    }

    /// The peer has a new session: it knows.
    mutating func end() { changedAt = nil }
}
