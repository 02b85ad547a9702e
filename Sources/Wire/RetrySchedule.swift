/// When to try a peer again, and when to send it a sign of life (protocol.md §1.7, rules 7 and 8).
///
/// The waits are spread, so that stations that lost power together do not call all at once. The
/// spread depends on the identities only, so a run can be repeated.
public struct RetrySchedule: Equatable, Sendable {
    private var generator: SplitMix64
    private var attempt = 0

    /// - Parameter seed: the first eight bytes, big-endian, of
    ///   SHA256("intercom/1 jitter" ‖ own public key ‖ the peer's).
    public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// How long to wait for the answer to the M1 just sent.
    ///
    /// 1, 2, 4, 8, 16, 30, 30 … s, each times 0.8 to 1.2.
    public mutating func nextWait() -> Duration {
        let base = UInt64(baseMs(of: attempt))
        // Bounded: a peer may be away for years.
        attempt = min(attempt + 1, Self.attemptOfLongestWait)
        return .milliseconds(base * (800 + generator.next() % 401) / 1000)
    }

    /// Restarts the series of waits; the spread continues.
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
