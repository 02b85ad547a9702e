/// The lowest recent value: in the running window and the whole one before it.
///
/// With two buckets it forgets after one to two windows and needs no memory of the values.
struct WindowedMinimum {
    private var current = Int64.max
    private var previous = Int64.max
    private var windowEnd = Int64.min
    private let window: Int64

    /// - Parameter window: In the unit of `add`'s moments.
    init(window: Int64) { self.window = window }

    /// Nil until a value was added.
    var value: Int64? {
        let least = min(current, previous)
        return least == .max ? nil : least
    }

    mutating func add(_ value: Int64, at moment: Int64) {
        if windowEnd == .min { windowEnd = moment + window }
        if moment >= windowEnd {
            previous = moment < windowEnd + window ? current : .max
            current = .max
            windowEnd = moment + window
        }
        current = min(current, value)
    }

    mutating func reset() { self = WindowedMinimum(window: window) }
}
