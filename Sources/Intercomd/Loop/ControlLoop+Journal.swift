internal import Config
internal import Control
internal import HAL

extension ControlLoop {
    /// Tells of an event: those who watch and the journal hear the same.
    mutating func announce(_ event: Event) {
        server.tell(event)
        if let program = config.events.onEvent, event.kind != .hookFault {
            journal.hook.add(event, program: program)
        }
        if journal.budget.admits(event.kind, at: now), !Log.tell(event) { journal.lost += 1 }
    }

    /// Runs the user's program for what has happened.
    mutating func runHook() {
        var complaint: String?
        journal.hook.tick(at: now) { notice in
            if case .failed(let reason) = notice { complaint = reason }
        }
        if let complaint { tell(.hookFault, detail: complaint) }
    }

    /// Tells the journal more of an event: somebody asked for it, so it is told in full.
    mutating func note(_ kind: Event.Kind, _ text: String) {
        let event = Event(kind, at: Int(Clock.wallMilliseconds()))
        if !Log.tell(event, saying: text) { journal.lost += 1 }
    }

    /// Tells once how much the journal was spared, now that it may be told again.
    mutating func tellWhatWasSuppressed() {
        while let (kind, suppressed) = journal.budget.reopened(at: now) {
            let event = Event(kind, at: Int(Clock.wallMilliseconds()))
            let text = "\(suppressed) more like this suppressed: \(kind.rawValue)"
            if !Log.tell(event, saying: text, suppressed: suppressed) { journal.lost += 1 }
        }
    }
}
