internal import HAL
package import Report
package import Time

/// The ways by which events leave this program: the journal, and the user's program.
package struct Journal {
    private var budget = LogBudget()
    private var hook = EventHook()
    /// Lines that neither the journal nor standard error took.
    package private(set) var lost = 0

    package init() {}

    /// Lines that the journal was spared.
    package var suppressed: Int { budget.suppressed }
    /// Events for which the user's program did not run, or failed.
    package var unhooked: Int { hook.left }

    /// When `tick` is due.
    package func deadline(at now: Instant) -> Instant? { hook.deadline(at: now) }

    /// Tells of an event, and runs the user's program for it, if there is one.
    package mutating func tell(_ event: Event, program: String?, at now: Instant) {
        if let program, event.kind != .hookFault { hook.add(event, program: program) }
        if budget.admits(event.kind, of: event.peer, at: now), !Log.tell(event) { lost += 1 }
    }

    /// Tells more of an event: somebody asked for it, so it is told in full.
    package mutating func note(_ kind: Event.Kind, _ text: String) {
        write(Event(kind, at: Int(Clock.wallMilliseconds())), text)
    }

    /// Tells once how much was left out, now that it may be told again.
    package mutating func tellSuppressed(at now: Instant) {
        while let share = budget.reopened(at: now) {
            var event = Event(share.kind, at: Int(Clock.wallMilliseconds()))
            event.peer = share.peer
            let what = share.kind.rawValue + (share.peer.map { " of \($0)" } ?? "")
            write(
                event, "\(share.suppressed) more like this suppressed: \(what)", share.suppressed)
        }
    }

    /// Runs the user's program for what has happened.
    ///
    /// - Returns: Why it failed, once a minute.
    package mutating func tick(at now: Instant) -> String? {
        var complaint: String?
        hook.tick(at: now) { notice in
            if case .failed(let reason) = notice { complaint = reason }
        }
        return complaint
    }

    /// Ends the programs that still run.
    package mutating func close() { hook.close() }

    private mutating func write(_ event: Event, _ text: String, _ suppressed: Int? = nil) {
        if !Log.tell(event, saying: text, suppressed: suppressed) { lost += 1 }
    }
}

/// How much of one kind of event the journal is told: what flaps must not fill the disk.
///
/// Each kind may have a number of lines of each peer, and of the station itself, in the minute that
/// begins with the first of them: so no peer, whatever it does, keeps a line of another out. The
/// rest are counted, and the count is logged once when that minute is over. Relays have more lines
/// than a hand can cause, because the journal must show who opened a door.
struct LogBudget {
    static func linesPerMinute(of kind: Event.Kind) -> Int { kind == .relay ? 600 : 20 }
    private static let minute = Duration.seconds(60)

    /// Events of one kind, and of one peer or, where that is nil, of the station itself.
    struct Share {
        let kind: Event.Kind
        let peer: String?
        fileprivate(set) var lines = 0
        fileprivate(set) var suppressed = 0
        /// When the minute is over.
        let end: Instant
    }

    /// Events that were not told, of all kinds since the start.
    private(set) var suppressed = 0
    /// The shares of the last minute, and those of which the count is not told yet.
    private var shares: [Share] = []

    /// Whether an event of a peer may be told now; otherwise it is counted.
    mutating func admits(_ kind: Event.Kind, of peer: String?, at now: Instant) -> Bool {
        // The count of a minute that is over is told first: `reopened` is asked every second.
        shares.removeAll { now >= $0.end && $0.suppressed == 0 }
        let place = shares.firstIndex { $0.kind == kind && $0.peer == peer } ?? shares.count
        if place == shares.count {
            shares.append(Share(kind: kind, peer: peer, end: now + Self.minute))
        }
        guard shares[place].lines < Self.linesPerMinute(of: kind) else {
            shares[place].suppressed += 1
            suppressed += 1
            return false
        }
        shares[place].lines += 1
        return true
    }

    /// One whose minute is over, and of which events were not told; nil when there is none left to
    /// tell of.
    mutating func reopened(at now: Instant) -> Share? {
        shares.firstIndex { now >= $0.end && $0.suppressed > 0 }.map { shares.remove(at: $0) }
    }
}
