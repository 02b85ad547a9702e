public import Time

/// The light of a lamp while it shows something: steady, or in a distinct rhythm.
///
/// Times count from the moment it began to show it, so it is lit at once.
public enum LampPattern: Sendable {
    case steady
    /// The microphone is open, but no station can hear it: mostly on, dark twice a second.
    case unheard
    /// A call rings here: half a second on, half a second off.
    case ringing
    /// A missed call: two short flashes every two seconds.
    case missed
    /// A peer's call light: four times a second.
    case calling

    /// The changes within one round, starting lit.
    private var steps: [Duration] {
        switch self {
        case .steady: []
        case .unheard: [.milliseconds(400), .milliseconds(100)]
        case .ringing: [.milliseconds(500), .milliseconds(500)]
        case .missed:
            [.milliseconds(100), .milliseconds(200), .milliseconds(100), .milliseconds(1600)]
        case .calling: [.milliseconds(125), .milliseconds(125)]
        }
    }

    /// Whether it is lit at a moment, and when that changes; nil means never.
    public func look(since begin: Instant, at now: Instant) -> (isLit: Bool, until: Instant?) {
        let steps = steps
        var round: Int64 = 0
        for step in steps { round += step.nanoseconds }
        guard round > 0 else { return (true, nil) }
        let elapsed = max(0, (now - begin).nanoseconds)
        var end = elapsed - elapsed % round
        for (place, step) in steps.enumerated() {
            end += step.nanoseconds
            if elapsed < end { return (place % 2 == 0, begin + .nanoseconds(end)) }
        }
        preconditionFailure("the remainder lies within the round")
    }
}
