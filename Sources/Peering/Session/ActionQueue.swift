/// The actions not yet fetched: a ring that is allocated once, and grows where they pile up.
///
/// Timers run one peer at a time, while the actions are fetched, so few wait as a rule, and a place
/// is larger than a kilobyte: `initial` holds what one call on the peer table makes. A caller that
/// makes many calls before it fetches any only costs memory.
struct ActionQueue: ~Copyable {
    static let initial = 4

    /// A place in the ring, on the heap, so that the peer table stays small.
    private final class Place {
        var action: SessionAction?
    }

    private var places = (0..<initial).map { _ in Place() }
    private var read = 0
    private var written = 0

    var isEmpty: Bool { read == written }

    mutating func push(_ action: consuming SessionAction) {
        if written - read == places.count { grow() }
        places[written % places.count].action = consume action
        written += 1
    }

    mutating func pop() -> SessionAction? {
        guard read < written else { return nil }
        defer { read += 1 }
        return places[read % places.count].action.take()
    }

    /// Twice as many places, the waiting actions in front.
    private mutating func grow() {
        let first = read % places.count
        let count = places.count
        places = places[first...] + places[..<first] + (0..<count).map { _ in Place() }
        (read, written) = (0, count)
    }
}
