/// How late frames were lately, and the playout delay that is worth its price.
///
/// Two windows of the same observations: the long one remembers the rare, the short one sees the
/// sudden. A delay costs its milliseconds; a late frame costs `lateCost` milliseconds a percent.
/// Observations are kept in a ring, so that leaving a window is as cheap as entering it.
struct DelayHistogram: ~Copyable {
    /// 1 ms each; the last one holds everything later, and what never came.
    static let bucketCount = 256

    /// Delay below this many milliseconds is free: nobody hears it, and every gap is heard.
    private static let unheard: Float = 10

    /// Milliseconds a frame must come before its moment to be called in time.
    private static let margin: Float = 0.5

    private static let ringSize = 6_144  // 15 s of 2.5 ms frames, rounded up
    private static let leastObservations = 25

    private var ring = Table<UInt8>(count: ringSize, repeating: 0)
    private var long = Table<UInt16>(count: bucketCount, repeating: 0)
    private var short = Table<UInt16>(count: bucketCount, repeating: 0)
    /// What late frames cost at each delay in milliseconds.
    private var lateCosts = Table<Float>(count: bucketCount, repeating: 0)
    private var newest = 0
    private var count = 0
    private var longWindow: Int
    private var shortWindow: Int

    /// - Parameter frameSamples: The duration of one observed frame.
    init(frameSamples: Int) {
        shortWindow = PCM.sampleRate / frameSamples
        longWindow = min(15 * shortWindow, Self.ringSize)
    }

    /// Forgets everything, for frames of perhaps another duration.
    mutating func reset(frameSamples: Int) {
        shortWindow = PCM.sampleRate / frameSamples
        longWindow = min(15 * shortWindow, Self.ringSize)
        long.fill(with: 0)
        short.fill(with: 0)
        lateCosts.fill(with: 0)
        newest = 0
        count = 0
    }

    /// Whether enough was seen to speak of a distribution.
    var isTelling: Bool { count >= Self.leastObservations }

    /// Observes one frame that came `delay` samples later than the quickest did; nil: never came.
    mutating func add(_ delay: Int64?) {
        let bucket =
            if let delay {
                UInt8(max(0, min(Int64(Self.bucketCount - 1), delay / PCM.samplesPerMs)))
            } else {
                UInt8(Self.bucketCount - 1)
            }
        if count >= longWindow { long[Int(back(longWindow))] -= 1 }
        if count >= shortWindow { short[Int(back(shortWindow))] -= 1 }
        newest = (newest + 1) % Self.ringSize
        ring[newest] = bucket
        long[Int(bucket)] += 1
        short[Int(bucket)] += 1
        count = min(count + 1, longWindow)
    }

    /// The quickest arrival is so many milliseconds later now: all that was observed is less late.
    mutating func shift(by milliseconds: Int) {
        precondition(milliseconds > 0, "a shift by nothing would lose count")
        // What never came stays where it is.
        let never = Self.bucketCount - 1
        for place in ring.indices where Int(ring[place]) < never {
            ring[place] = UInt8(max(0, Int(ring[place]) - milliseconds))
        }
        for bucket in 1..<never {
            let less = max(0, bucket - milliseconds)
            long[less] += long[bucket]
            short[less] += short[bucket]
            long[bucket] = 0
            short[bucket] = 0
        }
    }

    /// The observation that was made `n` before the one to come.
    private func back(_ n: Int) -> UInt8 {
        ring[(newest + 1 - n + Self.ringSize) % Self.ringSize]
    }

    /// Weighs anew what was observed; `cost` and `target` speak of the last time this was called.
    mutating func weigh(lateCost: Int) {
        var lateLong = count
        var lateShort = min(count, shortWindow)
        let ofLong = Float(max(1, lateLong))
        let ofShort = Float(max(1, lateShort))
        for delay in lateCosts.indices {
            let late = max(Float(lateLong) / ofLong, 0.25 * Float(lateShort) / ofShort)
            lateCosts[delay] = Float(lateCost) * 100 * late
            lateLong -= Int(long[delay])
            lateShort -= Int(short[delay])
        }
    }

    /// What playing so many samples after the quickest arrival costs, in milliseconds.
    func cost(at delay: Int64) -> Float {
        let ms = Float(delay) / Float(PCM.samplesPerMs)
        let safe = ms - Self.margin
        guard safe > 0 else { return Self.unheard + lateCosts[0] - safe }
        let whole = min(Int(safe), Self.bucketCount - 2)
        let part = min(1, safe - Float(whole))
        return max(ms, Self.unheard) + lateCosts[whole] * (1 - part) + lateCosts[whole + 1] * part
    }

    /// The cheapest delay of all, in whole milliseconds.
    func target(delayMax: Int) -> Int {
        var (best, bestCost) = (1, Float.infinity)
        for delay in 1...min(delayMax, Self.bucketCount - 1) {
            let cost = Float(delay) + lateCosts[delay]
            if cost < bestCost { (best, bestCost) = (delay, cost) }
        }
        return best
    }
}
