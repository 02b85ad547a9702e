internal import Time

/// Bounds the calls one peer may offer: each costs two lines of history and two runs of a hook
/// program.
///
/// A few in a row are allowed, for a person in need, then one a minute. Further calls get "busy"
/// and are only counted, so no peer can push other calls out of the history.
///
/// The time is bounded too for which they hold this station with nobody here having touched a key,
/// by ringing or by an announcement: others get "busy" meanwhile. It grows again slowly, and at
/// once when a person answers.
struct CallBudget {
    static let atOnce = 16
    static let pause = Duration.seconds(60)

    static let holdingAtOnce = Duration.seconds(120)
    /// A second of it comes back in so many.
    static let holdingShare = 6

    private var holdingLeft = holdingAtOnce
    private var heldUntil = Instant(nanoseconds: .min / 2)

    private var left = atOnce
    private var grownAt = Instant(nanoseconds: .min / 2)

    /// Whether one more call is accepted now.
    mutating func take(at now: Instant) -> Bool {
        while left < Self.atOnce, now - grownAt >= Self.pause {
            left += 1
            grownAt = left == Self.atOnce ? now : grownAt + Self.pause
        }
        guard left > 0 else { return false }
        if left == Self.atOnce { grownAt = now }
        left -= 1
        return true
    }

    /// Whether one more call may ring, or be an announcement.
    func mayHold(at now: Instant) -> Bool { holding(at: now) > .zero }

    /// A call that nobody here answered has held this station since then.
    mutating func held(since: Instant, at now: Instant) {
        holdingLeft = holding(at: since) - (now - since)
        heldUntil = max(heldUntil, now)
    }

    /// A person has answered: the calls are wanted.
    mutating func answered() { holdingLeft = Self.holdingAtOnce }

    /// The time that is left by now.
    private func holding(at now: Instant) -> Duration {
        guard now > heldUntil else { return holdingLeft }
        let most = Self.holdingAtOnce * Self.holdingShare
        let grown = min(now - heldUntil, most * 2) / Self.holdingShare
        return min(Self.holdingAtOnce, holdingLeft + grown)
    }
}
