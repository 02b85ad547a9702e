internal import Report

/// What asked for something here, for the journal and the history.
struct Asker: Equatable {
    /// `intercomctl`, `button door`, `SIGHUP`.
    let name: String
    /// The user of the program; nil for what is no program's.
    var user: Int?

    /// As a sentence has it.
    var text: String { user.map { "\(name) (uid \($0))" } ?? name }
}

/// The askers of all that is under way: the events that come of it name them, however late.
struct Askers {
    /// More calls and requests than are under way at a time; the oldest is forgotten.
    static let most = 64

    /// The asker that is being answered now.
    private var current: Asker?
    private var calls: [(id: String, asker: Asker)] = []
    private var requests: [(number: Int, asker: Asker)] = []
    private var announcement: Asker?
    private var reload: Asker?

    /// Somebody asks; `end` is told the reply.
    mutating func begin(_ asker: Asker, _ request: Request?) {
        current = asker
        switch request {
        case .announce: announcement = asker
        case .reload(isCheck: false): reload = asker
        default: break
        }
    }

    /// It is answered, or will be later; what the reply names is that one's.
    mutating func end(_ reply: Reply?) {
        defer { current = nil }
        guard let current, case .done(let done)? = reply else { return }
        if let call = done.call { note(call: call, of: current) }
        guard let number = done.request else { return }
        if requests.count == Self.most { requests.removeFirst() }
        requests.append((number, current))
    }

    /// Adds who asked for what the event tells of.
    mutating func complete(_ event: inout Event) {
        guard event.asker == nil, let asker = asker(of: event) else { return }
        (event.asker, event.user) = (asker.name, asker.user)
    }

    /// Adds who called.
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
