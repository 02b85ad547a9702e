public import Time

/// The drift of a card's clock from this machine's clock, measured by its samples.
///
/// A card reports how many samples it has moved, a little late each time: when the loop is woken,
/// or at its next interrupt. It never reports early, so the least late of many reports lie on a
/// straight line, and its slope is the drift. Each window keeps its least late report; when all
/// windows are full, two become one, so hours fit into the same memory and the result improves
/// faster than with the square root of time. The line is fitted by least squares.
///
/// The machine's clock has an error of its own, of some ten millionths. It is the same for both
/// directions, so the difference between two cards' drifts is free of it.
public struct ClockDrift {
    public struct Estimate: Equatable, Sendable {
        /// Millionths; positive when the card is faster.
        public let ppm: Double
        /// The 95 % confidence bound of the error.
        public let uncertaintyPPM: Double
    }

    private static let windowsMax = 64
    private static let windowFirst: Int64 = 1_000_000_000
    /// Fewer windows do not show how far they scatter.
    private static let windowsMin = 10
    /// How long reports after a late wake are ignored, in ns.
    private static let distrustLasts: Int64 = 300_000_000
    /// No report is more accurate than this, in ns, however straight the line looks.
    private static let scatterMin = 2_000.0

    // For each window: the moment of its least late report, and its lateness, in ns since the first
    // report.
    private var moments = InlineArray<64, Int64>(repeating: 0)
    private var delays = InlineArray<64, Int64>(repeating: 0)
    private var count = 0
    private var window = Self.windowFirst
    private var windowEnd: Int64 = 0
    private var least: Int64?
    private var leastMoment: Int64 = 0
    private var leastCorrected = Double.infinity
    /// Lateness per moment, as far as known: without it, the last report of a window would always
    /// look like the least late one.
    private var slope = 0.0
    private var origin: (position: Int, moment: Int64)?
    private var trustedFrom = Int64.min

    public init() {}

    /// The card starts again and counts its samples from another moment.
    public mutating func reset() { self = ClockDrift() }

    /// Ignores the reports of the running window so far, and of the next 0.3 s: the loop was
    /// delayed, and even the least late of them may be late.
    public mutating func distrust(at now: Instant) {
        forgetLeast()
        trustedFrom = now.nanoseconds + Self.distrustLasts
    }

    /// Takes a report: the card had moved this many samples in all at that moment.
    ///
    /// - Returns: Whether there is a new estimate.
    @discardableResult
    public mutating func add(position: Int, at now: Instant) -> Bool {
        let moment = now.nanoseconds
        guard let origin else {
            origin = (position, moment)
            windowEnd = moment + window
            return false
        }
        let late =
            moment - origin.moment - PCM.nanoseconds(of: Int64(position - origin.position))
        var isNews = false
        if moment >= windowEnd {
            isNews = close()
            // A card that has slept leaves empty windows.
            windowEnd += (moment - windowEnd) / window * window + window
        }
        guard moment >= trustedFrom else { return isNews }
        let since = moment - origin.moment
        let corrected = Double(late) - slope * Double(since)
        if corrected < leastCorrected {
            leastCorrected = corrected
            least = late
            leastMoment = since
        }
        return isNews
    }

    /// The estimate from all windows so far; nil until there are enough.
    public var estimate: Estimate? {
        guard count >= Self.windowsMin else { return nil }
        let total = Double(count)
        var (meanMoment, meanDelay) = (0.0, 0.0)
        for index in 0..<count {
            meanMoment += Double(moments[index]) / total
            meanDelay += Double(delays[index]) / total
        }
        var (spread, common) = (0.0, 0.0)
        for index in 0..<count {
            let away = Double(moments[index]) - meanMoment
            spread += away * away
            common += away * (Double(delays[index]) - meanDelay)
        }
        guard spread > 0 else { return nil }
        let slope = common / spread
        var residue = 0.0
        for index in 0..<count {
            let moment = Double(moments[index]) - meanMoment
            let error = Double(delays[index]) - meanDelay - slope * moment
            residue += error * error
        }
        let scatter = max((residue / (total - 2)).squareRoot(), Self.scatterMin)
        return Estimate(
            // Reports of a slow card come later and later.
            ppm: -slope * 1e6, uncertaintyPPM: 2e6 * scatter / spread.squareRoot())
    }

    private mutating func close() -> Bool {
        guard let least else { return false }
        moments[count] = leastMoment
        delays[count] = least
        count += 1
        forgetLeast()
        slope = slopeOfEnds
        if count == Self.windowsMax { halve() }
        return true
    }

    private mutating func forgetLeast() {
        least = nil
        leastCorrected = .infinity
    }

    /// Merges windows in pairs, keeping the less late report of each.
    private mutating func halve() {
        for index in 0..<count / 2 {
            let (first, second) = (2 * index, 2 * index + 1)
            let isFirst = lateness(first) <= lateness(second)
            moments[index] = moments[isFirst ? first : second]
            delays[index] = delays[isFirst ? first : second]
        }
        count /= 2
        window *= 2
    }

    /// The lateness without the part that the drift so far explains.
    private func lateness(_ index: Int) -> Double {
        Double(delays[index]) - slope * Double(moments[index])
    }

    private var slopeOfEnds: Double {
        let span = moments[count - 1] - moments[0]
        return span > 0 ? Double(delays[count - 1] - delays[0]) / Double(span) : 0
    }
}
