/// Orders that wait to be carried out, in the order in which they were given.
package struct Orders: Sendable {
    private var waiting: [Order] = []

    package init() {}

    mutating func add(_ order: Order) { waiting.append(order) }

    /// People are told.
    mutating func add(_ notice: Notice) { waiting.append(.notice(notice)) }

    /// This is done before all that waits.
    mutating func addFirst(_ order: Order) { waiting.insert(order, at: 0) }

    /// The oldest one; nil when none waits.
    package mutating func next() -> Order? { waiting.isEmpty ? nil : waiting.removeFirst() }
}
