internal import Synchronization

/// Counters and gauges that one thread writes and any thread reads.
///
/// The order of relaxed accesses to different counters is undefined, so no conclusion may rest on
/// two of them together; they serve `status` and the watchdog, never control.
@safe public final class CounterTable<Name: RawRepresentable>: @unchecked Sendable
where Name.RawValue == Int {
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    /// Makes `count` counters at zero; a name's raw value is its place.
    public init(count: Int) {
        precondition(count > 0)
        self.count = count
        unsafe cells = .allocate(capacity: count)
        for place in 0..<count { unsafe (cells + place).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe cells.deinitialize(count: count)
        unsafe cells.deallocate()
    }

    /// Adds `amount`; safe from several threads.
    public func add(_ name: Name, _ amount: UInt64 = 1) {
        unsafe cell(name).pointee.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Replaces the value; for gauges, which one thread owns.
    public func set(_ name: Name, to value: UInt64) {
        unsafe cell(name).pointee.store(value, ordering: .relaxed)
    }

    /// The value as last seen by this thread.
    public subscript(_ name: Name) -> UInt64 {
        unsafe cell(name).pointee.load(ordering: .relaxed)
    }

    /// All values as last seen by this thread, by the raw values of their names.
    ///
    /// Allocates.
    public var values: [UInt64] {
        (0..<count).map { unsafe cells[$0].load(ordering: .relaxed) }
    }

    private func cell(_ name: Name) -> UnsafeMutablePointer<Atomic<UInt64>> {
        precondition(name.rawValue >= 0 && name.rawValue < count)
        return unsafe cells + name.rawValue
    }
}
