internal import Time

/// Bounds how often a pending handshake may be tried (protocol.md §1.4, rule 6).
///
/// Each try costs a Diffie-Hellman or two, and whoever is on the path can send as many as the
/// line carries. In no second, wherever it begins, are there more than the limit.
struct TryLimit {
    static let countMax = 16

    private let limit: Int
    /// The times of the last tries, a ring.
    private var times = InlineArray<16, Instant>(repeating: Instant(nanoseconds: 0))
    private var tries = 0

    init(perSecond limit: Int) {
        precondition((1...Self.countMax).contains(limit))
        self.limit = limit
    }

    /// Counts a try and says whether it may be made.
    mutating func allows(at now: Instant) -> Bool {
        let slot = tries % limit
        guard tries < limit || now >= times[slot] + .seconds(1) else { return false }
        times[slot] = now
        tries += 1
        return true
    }
}
