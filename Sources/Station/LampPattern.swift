public import Time

/// How a lamp is lit while it has something to show: steadily, or in a rhythm that tells it apart.
///
/// Times are counted from when it began to show it, so that it is lit at once.
public enum LampPattern: Sendable {
    case steady
    /// The microphone is open, and nobody can hear it: mostly on, dark twice a second.
    case unheard
    /// Somebody calls: half a second on, half a second off.
    case ringing
    /// Somebody called: two short flashes every two seconds.
    case missed
    /// The call light of a peer: four times a second.
    case calling

    /// Its changes, on first, within one round.
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
