internal import Time

/// The contacts of a button, without their bounce.
///
/// A change counts when it has lasted for the bounce time, so that a glitch on a long wire is no
/// press; the pre-roll still has what was said meanwhile. Moments are those of the edges, whenever
/// they are read.
struct Contact: Sendable {
    /// The state that counts now, and since when; it may be read later than that.
    enum Change: Equatable, Sendable {
        case pressed(at: Instant)
        case released(at: Instant)
    }

    private var isDown: Bool
    private var settlesAt: Instant?
    var debounce: Duration

    init(isDown: Bool, debounce: Duration) {
        self.isDown = isDown
        self.debounce = debounce
    }

    /// When the pending change will count; nil when the contact is at rest.
    var deadline: Instant? { settlesAt }

    mutating func edge(isDown level: Bool, at now: Instant) -> Change? {
        // The bounce time may have passed before this edge, without a tick in between.
        let change = tick(at: now)
        if level == isDown {
            settlesAt = nil
        } else if settlesAt == nil {
            settlesAt = now + debounce
        }
        return change ?? tick(at: now)
    }

    mutating func tick(at now: Instant) -> Change? {
        guard let moment = settlesAt, now >= moment else { return nil }
        settlesAt = nil
        isDown.toggle()
        return isDown ? .pressed(at: moment) : .released(at: moment)
    }
}
