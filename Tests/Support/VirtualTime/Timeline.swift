package import Time

/// What happens when, in virtual time: each act at its moment, of one moment in the order planned.
package final class Timeline {
    private struct Event {
        let at: Instant
        let order: Int
        let act: () -> Void
    }

    package private(set) var now: Instant
    /// A binary heap, the earliest first.
    private var events: [Event] = []
    private var order = 0

    package init(at now: Instant = Instant(nanoseconds: 0)) { self.now = now }

    package func after(_ wait: Duration, _ act: @escaping () -> Void) { at(now + wait, act) }

    /// Plans an act; one of the past is done now.
    package func at(_ moment: Instant, _ act: @escaping () -> Void) {
        order += 1
        push(Event(at: max(moment, now), order: order, act: act))
    }

    /// Lets the time pass; stops early when `done` returns true.
    @discardableResult
    package func run(for duration: Duration, until done: () -> Bool = { false }) -> Bool {
        let end = now + duration
        while let next = events.first, next.at <= end {
            popFirst()
            now = next.at
            next.act()
            if done() { return true }
        }
        now = end
        return done()
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (events[left], events[right])
        return left.at == right.at ? left.order < right.order : left.at < right.at
    }

    private func push(_ event: Event) {
        events.append(event)
        var child = events.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            events.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func popFirst() {
        events.swapAt(0, events.count - 1)
        events.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < events.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { return }
            events.swapAt(parent, least)
            parent = least
        }
    }
}
