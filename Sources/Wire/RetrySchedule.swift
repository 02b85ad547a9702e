/// When to try a peer again, and when to let it hear from us (protocol.md §1.7, rules 7 and 8).
///
/// The waits are spread, so that stations that lost power together do not knock together, and
/// the spread is the same in every run with the same identities, so that a run can be repeated.
public struct RetrySchedule: Equatable, Sendable {
    private var generator: SplitMix64
    private var attempt = 0

    /// - Parameter seed: the first eight bytes, big-endian, of
    ///   SHA256("intercom/1 jitter" ‖ own public key ‖ the peer's).
    public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// How long to wait for an answer to the M1 just sent before the next one.
    ///
    /// 1, 2, 4, 8, 16, 30, 30 … s, each times 0.8 to 1.2.
    public mutating func nextWait() -> Duration {
        let base = UInt64(baseMs(of: attempt))
        // Saturating: a peer may be away for years.
        attempt = min(attempt + 1, Self.attemptOfLongestWait)
        return .milliseconds(base * (800 + generator.next() % 401) / 1000)
    }

    /// Begins the series of waits anew; the spread runs on.
    public mutating func restart() { attempt = 0 }

    /// How long after the last packet to the peer a cover packet is due: 14 to 16 s.
    public mutating func heartbeatWait() -> Duration {
        .milliseconds(14_000 + generator.next() % 2001)
    }

    private static let attemptOfLongestWait = 5

    private func baseMs(of attempt: Int) -> Int {
        attempt < Self.attemptOfLongestWait ? 1000 << attempt : 30_000
    }
}
