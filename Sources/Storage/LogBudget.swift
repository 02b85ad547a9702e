internal import Control
internal import Time

/// How much of one kind of event the journal is told: what flaps must not fill the disk.
///
/// Each kind may have a number of lines in the minute that begins with its first one. The rest are
/// counted, and the count is logged once when that minute is over. Relays have more lines than a
/// hand can cause, because the journal must show who opened a door.
struct LogBudget {
    static func linesPerMinute(of kind: Event.Kind) -> Int { kind == .relay ? 600 : 20 }
    private static let minute = Duration.seconds(60)

    private struct Share {
        var lines = 0
        var suppressed = 0
        /// When the minute is over.
        var end = Instant(nanoseconds: .min)
    }

    /// Events that were not told, of all kinds since the start.
    private(set) var suppressed = 0
    private var shares = [Share](repeating: Share(), count: Event.Kind.allCases.count)

    /// Whether an event may be told now; otherwise it is counted.
    mutating func admits(_ kind: Event.Kind, at now: Instant) -> Bool {
        let place = Self.place(of: kind)
        // The count of a minute that is over is told first: `reopened` is asked every second.
        if now >= shares[place].end, shares[place].suppressed == 0 {
            shares[place] = Share(end: now + Self.minute)
        }
        guard shares[place].lines < Self.linesPerMinute(of: kind) else {
            shares[place].suppressed += 1
            suppressed += 1
            return false
        }
        shares[place].lines += 1
        return true
    }

    /// A kind whose minute is over, and how many events of it were not told; nil when there is none
    /// left to tell of.
    mutating func reopened(at now: Instant) -> (kind: Event.Kind, suppressed: Int)? {
        for kind in Event.Kind.allCases {
            let place = Self.place(of: kind)
            guard shares[place].suppressed > 0, now >= shares[place].end else { continue }
            let suppressed = shares[place].suppressed
            shares[place] = Share()
            return (kind, suppressed)
        }
        return nil
    }

    private static func place(of kind: Event.Kind) -> Int {
        Event.Kind.allCases.firstIndex(of: kind)!
    }
}
