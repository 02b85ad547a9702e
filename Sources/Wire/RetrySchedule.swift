/// When to try a peer again, and when to send it a sign of life (protocol.md §1.7, rules 7 and 8).
///
/// The waits are spread, so that stations that lost power together do not call all at once. Each
/// draws from the system's random numbers: a stranger sees when packets leave, and times that
/// followed from keys or from one another would show which station it is, in every network.
public struct RetrySchedule: Equatable, Sendable {
    private var attempt = 0

    public init() {}

    /// How long to wait for the answer to the M1 just sent, by a random number of its own.
    ///
    /// 1, 2, 4, 8, 16, 30, 30 … s, each times 0.8 to 1.2.
    public mutating func nextWait(_ draw: UInt64) -> Duration {
        let base = UInt64(baseMs(of: attempt))
        // Bounded: a peer may be away for years.
        attempt = min(attempt + 1, Self.attemptOfLongestWait)
        return .milliseconds(base * (800 + draw % 401) / 1000)
    }

    /// Restarts the series of waits.
    public mutating func restart() { attempt = 0 }

    /// How long after the last packet to the peer a cover packet is due, by a random number of its
    /// own: 14 to 16 s.
    public static func heartbeatWait(_ draw: UInt64) -> Duration {
        .milliseconds(14_000 + draw % 2001)
    }

    private static let attemptOfLongestWait = 5

    private func baseMs(of attempt: Int) -> Int {
        attempt < Self.attemptOfLongestWait ? 1000 << attempt : 30_000
    }
}
