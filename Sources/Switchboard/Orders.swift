/// Orders that wait to be carried out, in the order in which they were given.
package struct Orders: Sendable {
    private var waiting: [Order] = []

    package init() {}

    mutating func add(_ order: Order) { waiting.append(order) }

    /// People are told.
    mutating func add(_ notice: Notice) { waiting.append(.notice(notice)) }

    /// The oldest one; nil when none waits.
    package mutating func next() -> Order? { waiting.isEmpty ? nil : waiting.removeFirst() }
}
