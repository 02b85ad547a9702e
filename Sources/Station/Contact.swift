internal import Time

/// The contacts of a key, without their bounce.
///
/// A change counts when it has lasted for the bounce time, so that a glitch on a long wire is no
/// press. The pre-roll has what was said meanwhile. Moments are those of the edges, whenever they
/// are read.
struct Contact: Sendable {
    /// What counts now, and the moment from which it does: it may be read later.
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

    /// When the change that began will count; nil when the contact is at rest.
    var deadline: Instant? { settlesAt }

    mutating func edge(isDown level: Bool, at now: Instant) -> Change? {
        // Had the time been over before this edge, nobody would have looked yet.
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
