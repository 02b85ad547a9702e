internal import Time

/// Bounds the calls one peer may offer: each costs two lines of history and two runs of a hook
/// program.
///
/// A few in a row are allowed, for a person in need, then one a minute. Further calls get "busy"
/// and are only counted, so no peer can push other calls out of the history.
struct CallBudget {
    static let atOnce = 16
    static let pause = Duration.seconds(60)

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
}
