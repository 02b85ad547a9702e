internal import Time
internal import Wire

/// Shows one peer where this station is now, and notices if the peer does not answer.
struct Greeting {
    /// After the change, when a PING is sent: packets may be lost, and a new address or route may
    /// not be usable at once.
    static let times: [3 of Duration] = [.zero, .milliseconds(300), .milliseconds(900)]
    /// After the change, when the peer has had its time to answer.
    static let patience = Duration.milliseconds(1500)
    /// The same where it was seen at another address since.
    ///
    /// A peer that is still where it was follows this station within 250 ms and a round trip
    /// (protocol.md §1.7 "Endpoint").
    static let patienceWhenSeen = Duration.milliseconds(500)
    /// Changes of a machine come in groups; the first is told at once.
    static let spacing = Duration.milliseconds(250)

    enum Step: Equatable {
        case none, greet
        /// The peer may be elsewhere, perhaps there.
        case doubt(Endpoint?)
    }

    /// When the address or route has changed last; nil once that is done with.
    private var changedAt: Instant?
    private var sent = 0
    private var lastSent: Instant?
    /// Where the peer was seen since the change.
    private var elsewhere: Endpoint?

    mutating func begin(at now: Instant) {
        changedAt = now
        sent = 0
        elsewhere = nil
    }

    /// The peer was seen on the LAN, not where it was before.
    mutating func sighted(_ address: Endpoint) {
        if changedAt != nil { elsewhere = address }
    }

    /// Does what it is time for; `lastOpened` is when a packet of the peer last opened.
    mutating func tick(lastOpened: Instant?, at now: Instant) -> Step {
        guard let changedAt, let deadline, now >= deadline else { return .none }
        let isHastened = elsewhere != nil && now >= changedAt + Self.patienceWhenSeen
        guard sent == Self.times.count || isHastened else {
            sent += 1
            lastSent = now
            return .greet
        }
        // What opens after the first answer took its way may have been sent before the change.
        let isThere = lastOpened.map { $0 > changedAt } ?? false
        if isThere, isHastened, now < changedAt + Self.patience {
            elsewhere = nil
            return .none
        }
        self.changedAt = nil
        return isThere ? .none : .doubt(elsewhere)
    }

    var deadline: Instant? {
        guard let changedAt else { return nil }
        let end = changedAt + patience
        guard sent < Self.times.count else { return end }
        let due = changedAt + Self.times[sent]
        return min(end, lastSent.map { max(due, $0 + Self.spacing) } ?? due)
    }

    private var patience: Duration { elsewhere == nil ? Self.patience : Self.patienceWhenSeen }

    /// The peer has a new session: it knows.
    mutating func end() { changedAt = nil }
}
