internal import Time

/// Bounds the attempts on a pending handshake (protocol.md §1.4, rule 6).
///
/// Each attempt costs a Diffie-Hellman or two, and an attacker on the path can send as many as the
/// line carries. No second, wherever it begins, has more attempts than the limit.
struct TryLimit {
    static let countMax = 16

    private let limit: Int
    /// The times of the last attempts, a ring.
    private var times = InlineArray<16, Instant>(repeating: Instant(nanoseconds: 0))
    private var tries = 0

    init(perSecond limit: Int) {
        precondition((1...Self.countMax).contains(limit))
        self.limit = limit
    }

    /// Counts an attempt and returns whether it is allowed.
    mutating func allows(at now: Instant) -> Bool {
        let place = tries % limit
        guard tries < limit || now >= times[place] + .seconds(1) else { return false }
        times[place] = now
        tries += 1
        return true
    }
}
