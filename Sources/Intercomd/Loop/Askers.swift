internal import Report

/// The origin of a request, for the journal and the history.
struct Asker: Equatable {
    /// `intercomctl`, `button door`, `home assistant`, `SIGHUP`.
    let name: String
    /// The user of the program; nil where no program asked.
    var user: Int?

    static let homeAssistant = Asker(name: "home assistant")

    /// The asker in a sentence.
    var text: String { user.map { "\(name) (uid \($0))" } ?? name }
}

/// The askers of everything under way: resulting events name them, however late.
struct Askers {
    /// More calls and requests than can be under way at a time; the oldest is forgotten.
    static let most = 64

    /// The asker of the present request.
    private var current: Asker?
    private var calls: [(id: String, asker: Asker)] = []
    private var requests: [(number: Int, asker: Asker)] = []
    private var announcement: Asker?
    private var reload: Asker?

    /// Begins a request of an asker; `end` takes the reply.
    mutating func begin(_ asker: Asker, _ request: Request?) {
        current = asker
        switch request {
        case .announce: announcement = asker
        case .reload: reload = asker
        default: break
        }
    }

    /// Ends the request, answered or not; the call or request in the reply belongs to this asker.
    mutating func end(_ reply: Reply?) {
        defer { current = nil }
        guard let current, case .done(let done)? = reply else { return }
        if let call = done.call { note(call: call, of: current) }
        guard let number = done.request else { return }
        if requests.count == Self.most { requests.removeFirst() }
        requests.append((number, current))
    }

    /// Adds the asker to an event.
    mutating func complete(_ event: inout Event) {
        guard event.asker == nil, let asker = asker(of: event) else { return }
        (event.asker, event.user) = (asker.name, asker.user)
    }

    /// Adds the caller's asker to a record.
    mutating func complete(_ record: inout HistoryRecord) {
        guard record.direction == .outgoing else { return }
        if record.phase == .start, let current { note(call: record.call, of: current) }
        guard let asker = calls.first(where: { $0.id == record.call })?.asker else { return }
        (record.asker, record.user) = (asker.name, asker.user)
    }

    private mutating func asker(of event: Event) -> Asker? {
        switch event.kind {
        case .relay: return current
        case .reload, .reloadRefused:
            defer { reload = nil }
            return reload
        case .announce: return announcement
        case .announceEnd:
            defer { announcement = nil }
            return announcement
        case .result:
            guard let place = requests.firstIndex(where: { $0.number == event.request }) else {
                return nil
            }
            return requests.remove(at: place).asker
        case .calling, .answered, .callActive, .callEnded, .missedCall:
            guard let id = event.call else { return nil }
            let place = calls.firstIndex { $0.id == id }
            // The event names the asker that answers or ends the call, not the one that began it.
            let asker = current ?? place.map { calls[$0].asker }
            if let place, event.kind == .callEnded { calls.remove(at: place) }
            return asker
        default: return nil
        }
    }

    private mutating func note(call id: String, of asker: Asker) {
        guard !calls.contains(where: { $0.id == id }) else { return }
        if calls.count == Self.most { calls.removeFirst() }
        calls.append((id, asker))
    }
}
