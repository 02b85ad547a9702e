internal import Synchronization

/// A Boolean inside something that threads share, for the one thread that sets and clears it.
public struct Flag: ~Copyable, Sendable {
    private let cell = Atomic<Bool>(false)

    public init() {}

    public func raise() { cell.store(true, ordering: .relaxed) }

    /// Clears it; true when it was raised.
    public func lower() -> Bool {
        guard cell.load(ordering: .relaxed) else { return false }
        cell.store(false, ordering: .relaxed)
        return true
    }
}
