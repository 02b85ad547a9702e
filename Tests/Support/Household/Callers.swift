internal import Station
internal import Time
internal import VirtualTime

/// The programs at a station's local socket that wait for an answer: each gets one, its own.
struct Callers {
    enum Kind: Equatable { case talk, page, announcement }

    struct Caller {
        let ticket: ProgramTicket
        let kind: Kind
        let name: String
        let since: Instant
        /// When it hung up; nil while it waits.
        var goneAt: Instant?
        /// What it waits for is over since then.
        var overSince: Instant?
    }

    private(set) var waiting: [Caller] = []
    private var gone: Set<UInt64> = []
    private var last: UInt64 = 0

    /// A ticket of a caller that will wait.
    mutating func ticket() -> ProgramTicket {
        last += 1
        // Places are used again; the number tells the callers apart.
        return ProgramTicket(place: Int(last % 3), number: last)
    }

    mutating func wait(_ ticket: ProgramTicket, _ kind: Kind, _ name: String, at now: Instant) {
        waiting.append(Caller(ticket: ticket, kind: kind, name: name, since: now))
    }

    mutating func hangUp(_ ticket: ProgramTicket, at now: Instant) {
        guard let place = place(of: ticket) else { return }
        waiting[place].goneAt = now
    }

    mutating func hangUpAll(at now: Instant) {
        for place in waiting.indices where waiting[place].goneAt == nil {
            waiting[place].goneAt = now
        }
    }

    func hasHungUp(_ ticket: ProgramTicket) -> Bool {
        gone.contains(ticket.number)
            || waiting.contains { $0.ticket == ticket && $0.goneAt != nil }
    }

    /// Callers that have hung up are known to be gone from here on.
    mutating func forgetGone() {
        for caller in waiting where caller.goneAt != nil { gone.insert(caller.ticket.number) }
        waiting.removeAll { $0.goneAt != nil }
    }

    /// Notes for which callers it is over that they wait for.
    mutating func end(where isOver: (Caller) -> Bool, at now: Instant) {
        for place in waiting.indices where waiting[place].overSince == nil {
            if isOver(waiting[place]) { waiting[place].overSince = now }
        }
    }

    /// Takes an answer.
    ///
    /// - Returns: What is wrong with it; nil where it is as it should be.
    mutating func answered(_ ticket: ProgramTicket, _ answer: LateAnswer) -> String? {
        guard let place = place(of: ticket) else {
            return "caller \(ticket.number) waits for nothing, and is told \(answer)"
        }
        let caller = waiting.remove(at: place)
        let (kind, name): (Kind, String) =
            switch answer {
            case .talkOver(let name, _): (.talk, name)
            case .pageOver(let name, _), .pageReplaced(let name, _): (.page, name)
            case .announced(let name, _): (.announcement, name)
            }
        guard kind == caller.kind, name == caller.name else {
            return "caller \(ticket.number) asked for a \(caller.kind) to \(caller.name), "
                + "and is told \(answer)"
        }
        return nil
    }

    private func place(of ticket: ProgramTicket) -> Int? {
        waiting.firstIndex { $0.ticket == ticket }
    }
}
