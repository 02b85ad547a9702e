internal import Time

/// Follows one press and release of a key, bounces and all.
///
/// Contacts bounce: within some milliseconds the level goes to and fro before it stays. A key is
/// down, or up, when its level has stayed for a moment.
struct PressTrial: Equatable {
    /// One level, and since when.
    private struct Change: Equatable {
        let isPressed: Bool
        let moment: Instant
    }

    private var changes: [Change] = []
    private let wasPressed: Bool

    /// No contact bounces for longer, and nobody taps faster.
    private static let quiet = Duration.milliseconds(25)
    /// A line that swings by itself is not to fill the memory.
    private static let changesMax = 10_000

    /// `isPressed` is how the key reads before anybody touches it.
    init(isPressed: Bool) { wasPressed = isPressed }

    mutating func change(isPressed: Bool, at moment: Instant) {
        guard changes.count < Self.changesMax else { return }
        changes.append(Change(isPressed: isPressed, moment: moment))
    }

    /// Whether it has been pressed and let go, and stays so.
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

    /// How often the contact opened and closed more than was meant.
    var bounces: Int { bursts.reduce(0) { $0 + ($1.count - 1) / 2 } }

    /// The longest that the contact took to settle.
    var settling: Duration {
        bursts.map { $0.last!.moment - $0[0].moment }.max() ?? .zero
    }

    /// The longest that the contact stayed where it was not meant to: what a debounce must outlast.
    var longestBounce: Duration {
        var longest = Duration.zero
        for burst in bursts {
            for (change, next) in zip(burst, burst.dropFirst()) {
                longest = max(longest, next.moment - change.moment)
            }
        }
        return longest
    }

    /// Changes that follow each other so closely that they are one movement of the finger.
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
