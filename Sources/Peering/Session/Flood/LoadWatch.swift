internal import Time

/// Whether more handshakes are asked for than a house of stations needs (protocol.md §1.6).
///
/// Under load from an M1 for which there is no token, or from more than eight handshakes that wait
/// for M3, until neither was so for five seconds. A house whose power returns may come under load
/// for a moment, which costs its stations one more round trip.
struct LoadWatch {
    static let rate = 1
    static let burst = 10
    static let waitingMax = 8
    static let calmAfter = Duration.seconds(5)

    /// The M1 whose mac was right.
    private(set) var initiations: UInt64 = 0
    /// When the load began, and when it ends if nothing comes; nil when there is none.
    private(set) var spell: (since: Instant, until: Instant)?
    private var bucket: TokenBucket?
    // M1 in this second and in the one before.
    private var secondBegan = Instant(nanoseconds: 0)
    private var counts = (last: 0, this: 0)

    /// M1 in a second, lately.
    var perSecond: Int { max(counts.last, counts.this) }

    func isUnderLoad(at now: Instant) -> Bool { spell.map { now < $0.until } ?? false }

    /// Counts an M1 with a right mac.
    mutating func count(waiting: Int, at now: Instant) {
        initiations += 1
        countSecond(at: now)
        if !isUnderLoad(at: now) { spell = nil }
        guard !takesToken(at: now) || waiting > Self.waitingMax else { return }
        spell = (spell?.since ?? now, now + Self.calmAfter)
    }

    private mutating func takesToken(at now: Instant) -> Bool {
        var bucket = bucket ?? TokenBucket(rate: Self.rate, burst: Self.burst, at: now)
        let isThere = bucket.hasToken(at: now)
        if isThere { bucket.take() }
        self.bucket = bucket
        return isThere
    }

    private mutating func countSecond(at now: Instant) {
        let age = now - secondBegan
        if age >= .seconds(1) {
            counts = (age < .seconds(2) ? counts.this : 0, 0)
            secondBegan = now
        }
        counts.this += 1
    }
}
