/// The actions not yet fetched: a ring of fixed size.
///
/// One call on the peer table never makes more than it holds, because timers are run one peer at
/// a time, as the actions are fetched.
struct ActionQueue: ~Copyable {
    private static let capacity = 16

    private var ring: InlineArray<16, Action?> = InlineArray { _ in nil }
    private var read = 0
    private var written = 0

    var isEmpty: Bool { read == written }

    mutating func push(_ action: consuming Action) {
        precondition(written - read < Self.capacity, "actions must be fetched after every call")
        ring[written % Self.capacity] = consume action
        written += 1
    }

    mutating func pop() -> Action? {
        guard read < written else { return nil }
        defer { read += 1 }
        return ring[read % Self.capacity].take()
    }
}
