internal import Config
internal import Files
internal import Report
internal import Time
internal import Wire

extension ControlLoop {
    /// Tells of an event: those who watch and the journal hear the same.
    mutating func announce(_ event: Event) {
        var event = event
        askers.complete(&event)
        server.tell(event)
        journal.tell(event, program: config.events.onEvent, at: now)
    }

    /// Tells journal and those who watch that something happened; peers and buttons by their place.
    mutating func tell(
        _ kind: Event.Kind, peer: Int? = nil, target: String? = nil, button: Int? = nil,
        lamp: String? = nil, since: Instant? = nil, detail: String? = nil
    ) {
        var event = Event(kind, at: wall)
        if let peer { event.peer = directory[peer].name }
        if let button { event.button = config.buttons[button].name }
        event.lamp = lamp
        if let since { event.seconds = (now - since).inSeconds }
        event.target = target
        event.detail = detail
        if kind == .relay, let peer { event.asker = "peer \(directory[peer].name)" }
        announce(event)
    }
}
