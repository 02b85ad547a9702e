internal import Time

/// Tells from round trips whether packets stand in a queue on the way.
///
/// The shortest round trip of minutes is the way itself; what the newest ones have on top of it
/// is time spent in queues, unless packets come so unevenly that it is nothing but that. One slow
/// answer may be chance, two in a row are a standing queue.
struct QueueWatch: Sendable {
    enum Verdict: Equatable {
        /// There was no answer yet.
        case unknown
        case free
        /// One slow answer, or none any more where there were some: there may be a queue.
        case doubtful
        /// There is a queue, and it stays.
        case standing
    }

    /// The least that counts as a queue; so many times the jitter is added.
    ///
    /// And a quarter of the way, for long ways vary. Of times that vary evenly, each packet by
    /// itself, three times the jitter is the whole range, and six times where none may overtake
    /// another. In a queue that is full each packet waits as long as the others.
    private static let leastQueue = Duration.milliseconds(20).nanoseconds
    private static let jitters = Int64(6)
    private static let remembers = Duration.seconds(300).nanoseconds
    /// Round trips are measured once a second while sound is on its way; of older ones nothing
    /// follows.
    private static let fresh = Duration.milliseconds(3500)

    private var way = WindowedMinimum(window: remembers)
    private var newest: (queue: Int64, at: Instant)?
    private var isSlow = false
    private var wasSlow = false

    /// Learns of a round trip, while the packets of sound come as unevenly as `jitter` says.
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
        // A queue that is full loses questions too.
        guard now - newest.at <= Self.fresh else { return .doubtful }
        return switch (isSlow, wasSlow) {
        case (false, _): .free
        case (true, false): .doubtful
        case (true, true): .standing
        }
    }
}
