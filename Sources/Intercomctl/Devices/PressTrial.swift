internal import Time

/// Follows one press and release of a button, bounces included.
///
/// Contacts bounce: for some milliseconds the level changes to and fro. A button counts as pressed
/// or released once its level has been stable for a moment.
struct PressTrial: Equatable {
    /// One level, and since when.
    private struct Change: Equatable {
        let isPressed: Bool
        let moment: Instant
    }

    private var changes: [Change] = []
    private let wasPressed: Bool

    /// Contacts bounce for less time, and people tap more slowly.
    private static let quiet = Duration.milliseconds(25)
    /// A floating line must not fill the memory.
    private static let changesMax = 10_000

    /// `isPressed` is how the key reads before anybody touches it.
    init(isPressed: Bool) { wasPressed = isPressed }

    mutating func change(isPressed: Bool, at moment: Instant) {
        guard changes.count < Self.changesMax else { return }
        changes.append(Change(isPressed: isPressed, moment: moment))
    }

    /// Whether the button was pressed and released, and has settled.
    func isOver(at now: Instant) -> Bool {
        guard let last = changes.last, !last.isPressed else { return false }
        return now - last.moment >= Self.quiet && pressedFor != nil
    }

    /// Whether a press has begun.
    var isPressed: Bool { changes.last?.isPressed ?? wasPressed }

    /// Whether anything has happened at all.
    var isUntouched: Bool { changes.isEmpty }

    /// From the first touch of the press to that of the release; nil until both are there.
    var pressedFor: Duration? {
        let bursts = self.bursts
        guard let down = bursts.firstIndex(where: { $0.last!.isPressed }),
            let up = bursts[(down + 1)...].first(where: { !$0.last!.isPressed })
        else { return nil }
        return up[0].moment - bursts[down][0].moment
    }

    /// How often the contact opened and closed by bouncing.
    var bounces: Int { bursts.reduce(0) { $0 + ($1.count - 1) / 2 } }

    /// The longest that the contact took to settle.
    var settling: Duration {
        bursts.map { $0.last!.moment - $0[0].moment }.max() ?? .zero
    }

    /// The longest bounce; the debounce time must be longer.
    var longestBounce: Duration {
        var longest = Duration.zero
        for burst in bursts {
            for (change, next) in zip(burst, burst.dropFirst()) {
                longest = max(longest, next.moment - change.moment)
            }
        }
        return longest
    }

    /// Changes so close together that they belong to one movement of the finger.
    private var bursts: [[Change]] {
        var bursts: [[Change]] = []
        for change in changes {
            if let last = bursts.last?.last, change.moment - last.moment < Self.quiet {
                bursts[bursts.count - 1].append(change)
            } else {
                bursts.append([change])
            }
        }
        return bursts
    }
}
