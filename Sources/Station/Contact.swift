internal import Time

/// The contacts of a key, without their bounce.
///
/// The first edge counts at once, so a press is never late; further edges within the bounce time
/// only change what the contact is found to be when that time is over.
struct Contact: Sendable {
    enum Change: Equatable, Sendable { case pressed, released }

    private var isDown: Bool
    private var last: Bool
    private var settlesAt: Instant?
    var debounce: Duration

    init(isDown: Bool, debounce: Duration) {
        self.isDown = isDown
        last = isDown
        self.debounce = debounce
    }

    /// When the contact is looked at again; nil when it is at rest.
    var deadline: Instant? { settlesAt }

    mutating func edge(isDown level: Bool, at now: Instant) -> Change? {
        last = level
        if let settlesAt, now < settlesAt { return nil }
        return settle(at: now)
    }

    mutating func tick(at now: Instant) -> Change? {
        guard let settlesAt, now >= settlesAt else { return nil }
        return settle(at: now)
    }

    private mutating func settle(at now: Instant) -> Change? {
        settlesAt = nil
        guard last != isDown else { return nil }
        isDown = last
        if debounce > .zero { settlesAt = now + debounce }
        return isDown ? .pressed : .released
    }
}
