internal import Control
internal import HAL

extension ControlLoop {
    /// Tells of an event: those who watch and the journal hear the same.
    mutating func announce(_ event: Event) {
        server.tell(event)
        if logBudget.admits(event.kind, at: now), !Log.tell(event) { view.journalLost += 1 }
    }

    /// Tells once how much the journal was spared, now that it may be told again.
    mutating func tellWhatWasSuppressed() {
        while let (kind, suppressed) = logBudget.reopened(at: now) {
            let event = Event(kind, at: Int(Clock.wallMilliseconds()))
            if !Log.tell(event, suppressed: suppressed) { view.journalLost += 1 }
        }
    }
}
