package import Control
internal import HAL
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
