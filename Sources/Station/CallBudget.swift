internal import Time

/// How many calls one peer may offer: each is two lines of history and two runs of a program.
///
/// A few in a row, as somebody does who is in need, then one a minute; the rest are busy, and only
/// counted. No peer can so push others' calls out of the history.
struct CallBudget {
    static let atOnce = 16
    static let pause = Duration.seconds(60)

    private var left = atOnce
    private var grownAt = Instant(nanoseconds: .min / 2)

    /// Whether one more is taken now.
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
