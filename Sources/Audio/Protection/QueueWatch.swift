internal import Time

/// Finds out from round trips whether packets wait in a queue on the network path.
///
/// The shortest round trip of some minutes is the path itself; the excess of the newest ones is
/// time in queues, unless packets come so unevenly that jitter explains it. One slow answer may be
/// chance, two in a row are a standing queue.
struct QueueWatch: Sendable {
    enum Verdict: Equatable {
        /// There was no answer yet.
        case unknown
        case free
        /// One slow answer, or no more answers where there were some: there may be a queue.
        case doubtful
        /// There is a queue, and it lasts.
        case standing
    }

    /// The least excess that counts as a queue; a multiple of the jitter is added.
    ///
    /// A quarter of the path is added too, because long paths vary. If times vary evenly and
    /// independently, three times the jitter is the whole range, and six times where no packet may
    /// overtake another. In a full queue all packets wait equally long.
    private static let leastQueue = Duration.milliseconds(20).nanoseconds
    private static let jitters = Int64(6)
    private static let remembers = Duration.seconds(300).nanoseconds
    /// Round trips are measured once a second while sound is under way; older ones say nothing.
    private static let fresh = Duration.milliseconds(3500)

    private var way = WindowedMinimum(window: remembers)
    private var newest: (queue: Int64, at: Instant)?
    private var isSlow = false
    private var wasSlow = false

    /// Takes a round trip, measured while audio packets come as unevenly as `jitter`.
    mutating func add(roundTrip: Duration, jitter: Duration, at now: Instant) {
        let time = roundTrip.nanoseconds
        way.add(time, at: now.nanoseconds)
        let base = way.value ?? time
        let isCurrent = newest.map { now - $0.at <= Self.fresh } ?? false
        wasSlow = isCurrent && isSlow
        isSlow = time - base > Self.leastQueue + base / 4 + Self.jitters * jitter.nanoseconds
        newest = (time - base, now)
    }

    func verdict(at now: Instant) -> Verdict {
        guard let newest else { return .unknown }
        // A full queue also loses PINGs.
        guard now - newest.at <= Self.fresh else { return .doubtful }
        return switch (isSlow, wasSlow) {
        case (false, _): .free
        case (true, false): .doubtful
        case (true, true): .standing
        }
    }
}
