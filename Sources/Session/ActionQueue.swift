/// The actions not yet fetched: a ring of fixed size, allocated once.
///
/// One call on the peer table never makes more actions than fit: timers run one peer at a time,
/// while the actions are fetched.
struct ActionQueue: ~Copyable {
    private static let capacity = 32

    /// A place in the ring, on the heap, so that the peer table stays small.
    private final class Place {
        var action: Action?
    }

    private let places: [Place]
    private var read = 0
    private var written = 0

    init() { places = (0..<Self.capacity).map { _ in Place() } }

    var isEmpty: Bool { read == written }

    mutating func push(_ action: consuming Action) {
        precondition(written - read < Self.capacity, "actions must be fetched after every call")
        places[written % Self.capacity].action = consume action
        written += 1
    }

    mutating func pop() -> Action? {
        guard read < written else { return nil }
        defer { read += 1 }
        return places[read % Self.capacity].action.take()
    }
}
