internal import Realtime

/// Finds the best playout delay by trying all delays on the frames that arrive.
///
/// A trial is a jitter buffer without sound, with a least delay. A late frame raises its delay
/// above that, and the trial counts the sound that it would have to invent meanwhile. The delay
/// stays up for the trial's patience, then falls as fast as speech can be cut. The costs of the
/// last seconds show the best trial: more delay if single frames are late, more patience if one
/// late frame announces the next, neither if an occasional gap is cheaper. Times are milliseconds
/// of sound. Real-time after `init`.
struct DelayTrials: ~Copyable {
    /// The least delays: 0 to 20 ms by 1, to 60 by 4, to 240 by 10.
    static let leasts = 49
    /// The longest least delay, in samples.
    static var longest: Int64 { Int64(least(leasts - 1)) * PCM.samplesPerMs }
    /// How long delay is kept after a frame came too late, in ms; each least delay is tried with
    /// all of these.
    private static var patiences: SIMD4<Float> { SIMD4(0, 250, 500, 1_000) }

    /// Delay below one playout block is free: sound waits for its block anyway.
    private let unheard: Float
    /// A frame is in time if it comes this many milliseconds before its moment: while clocks drift,
    /// the measured quickest arrival lags behind the true one.
    private let margin: Float
    /// Milliseconds of delay removed per millisecond of sound: cut from speech and from pauses.
    private static let descent: Float = 0.25
    /// After so many milliseconds of sound, an observation counts for 1/e.
    private static let memory: Float = 15_000
    /// Milliseconds of sound after which the observations are enough to judge.
    private static let telling: Float = 500
    /// The same while copies are sent, which means that packets are lost, if rarely.
    private static let tellingOfLoss: Float = 2_000
    /// The worth of a lost frame that a copy repairs, as a multiple of a late frame's.
    ///
    /// The talker pays for copies by a measured price of lost sound (`Redundancy`), which is higher
    /// by this factor: a lower price here would discard the copies it has paid for.
    private static let mending: Float = 2.5

    /// Where sound may be stretched, a frame repaired by a copy counts for this many: all copies
    /// are equally late, and stretching for each of them would be audible.
    private static let mended: Float = 6

    private var trials = FixedArray<DelayTrial>(count: leasts, repeating: DelayTrial())
    /// For each least delay, the cost of its best trial.
    private var costs = FixedArray<Float>(count: leasts, repeating: 0)
    private var patience = FixedArray<Float>(count: leasts, repeating: 0)
    /// The share of frames that came later than each least delay; see `mended`.
    private var lateShares = FixedArray<Float>(count: leasts, repeating: 0)
    /// How often the costs have changed.
    private(set) var weighings = 0
    /// The exponentially forgetting sum of time.
    private var seen: Float = 0
    /// The same sum since the quickest arrival became quicker.
    private var seenByBase: Float = 0

    /// - Parameter block: The duration of a playout block in ms.
    init(block: Float) {
        unheard = block
        margin = 0.3 * block
        reset()
    }

    /// Forgets all observations.
    mutating func reset() {
        weighings += 1
        seen = 0
        seenByBase = 0
        for i in trials.indices {
            trials[i] = DelayTrial()
            trials[i].least = Self.least(i)
            trials[i].delay = SIMD4(repeating: Self.least(i))
            costs[i] = 0
            lateShares[i] = 0
        }
    }

    static func least(_ index: Int) -> Float {
        switch index {
        case ...20: Float(index)
        case ...30: Float(20 + (index - 20) * 4)
        default: Float(60 + (index - 30) * 10)
        }
    }

    /// The position of a delay among the least delays, in fractions of a step.
    private static func place(of delay: Float) -> Float {
        // NaN is no delay.
        guard delay > 0 else { return 0 }
        return switch delay {
        case ...20: delay
        case ...60: 20 + (delay - 20) / 4
        default: min(30 + (delay - 60) / 10, Float(leasts - 1))
        }
    }

    /// Whether enough was observed to judge the network.
    ///
    /// - Parameter repeats: Whether frames are repeated in later packets.
    /// - Returns: Whether the delay may be shorter than at first.
    func isTelling(repeats: Bool) -> Bool {
        seen >= (repeats ? Self.tellingOfLoss : Self.telling)
    }

    /// Sends one frame through all trials.
    ///
    /// - Parameters:
    ///   - late: By how much the frame came later than the quickest frame, in ms.
    ///   - following: The same for the frames after it; infinite for frames that have not come.
    ///   - frame: The duration of a frame in ms.
    ///   - grain: Sound is invented in pieces of this many ms.
    ///   - isMended: Whether the frame came only as a copy in a later packet.
    ///   - most: Delay beyond this many ms is skipped.
    mutating func observe(
        late: Float, following: SIMD4<Float>, frame: Float, grain: Float, isMended: Bool = false,
        most: Float = Float(JitterBuffer.delayMost / PCM.samplesPerMs)
    ) {
        let keep = 1 - frame / Self.memory
        seen = seen * keep + frame
        seenByBase = seenByBase * keep + frame
        let arrival = Arrival(
            late: late + margin, following: following + margin, frame: frame, grain: grain,
            weight: isMended ? Self.mending : 1, most: most)
        for i in trials.indices {
            var trial = trials[i]
            let least = trial.least
            let calm = trial.calm + frame
            var falls = calm .>= Self.patiences
            trial.calm = calm
            trial.invented *= keep
            trial.late *= keep
            // No trial is below its least delay.
            if least < arrival.late {
                falls = falls .& (trial.delay .>= min(arrival.late, most))
                trial.late += isMended ? Self.mended * frame : frame
                trial.miss(arrival)
            }
            let fallen = (trial.delay - Self.descent * frame).atLeast(least)
            trial.delay.replace(with: fallen, where: falls)
            trial.waited = trial.waited * keep + trial.delay.atLeast(unheard) * frame
            trials[i] = trial
        }
    }

    /// Notes that the quickest arrival became quicker: a later rise concerns only frames from here
    /// on.
    mutating func baseFell() { seenByBase = 0 }

    /// Shrinks the observed lateness by a rise of the quickest arrival, in milliseconds.
    ///
    /// Only observations since that arrival was found shrink: earlier ones were measured against
    /// another arrival.
    mutating func baseRose(by rise: Float) {
        let share = seen > 0 ? seenByBase / seen : 0
        seenByBase = seen
        // Upwards, so that values are read before they are overwritten.
        for i in trials.indices {
            let least = Self.least(i)
            let from = Self.place(of: least + rise)
            let low = min(Int(from), Self.leasts - 1)
            let (a, b) = (trials[low], trials[min(low + 1, Self.leasts - 1)])
            let part = from - Float(low)
            let invented = a.invented + (b.invented - a.invented) * part
            var waited = a.waited + (b.waited - a.waited) * part - rise * seen
            waited = waited.atLeast(unheard * seen)
            trials[i].invented += share * (invented - trials[i].invented)
            trials[i].waited += share * (waited - trials[i].waited)
            let late = a.late + (b.late - a.late) * part
            trials[i].late += share * (late - trials[i].late)
            trials[i].delay = (trials[i].delay - rise).atLeast(least)
        }
    }

    /// Updates the costs; the methods below answer from this last update.
    ///
    /// - Parameter lateCost: Milliseconds of delay that one percent of invented sound is worth.
    mutating func weigh(lateCost: Int) {
        weighings += 1
        let a: Float = 1 / max(1, seen)
        let b: Float = Float(lateCost) * 100 * a
        for i in costs.indices {
            let cost = trials[i].waited * a + trials[i].invented * b
            var best = 0
            for way in 1..<4 where cost[way] < cost[best] { best = way }
            costs[i] = cost[best]
            patience[i] = Self.patiences[best]
            lateShares[i] = trials[i].late * a
        }
    }

    /// The cost of playing so many samples after the quickest arrival, in milliseconds.
    func cost(at delay: Int64) -> Float {
        let ms = Float(delay) / Float(PCM.samplesPerMs)
        let place = Self.place(of: ms)
        let low = min(Int(place), Self.leasts - 1)
        let high = min(low + 1, Self.leasts - 1)
        let cost = costs[low] + (costs[high] - costs[low]) * (place - Float(low))
        // Beyond the ends of the table.
        return cost + max(0, -ms) + max(0, ms - Self.least(Self.leasts - 1))
    }

    /// The share of frames that came later than so many samples after the quickest arrival.
    func lateShare(at delay: Int64) -> Float {
        let place = Self.place(of: Float(delay) / Float(PCM.samplesPerMs))
        let low = min(Int(place), Self.leasts - 1)
        let high = min(low + 1, Self.leasts - 1)
        return lateShares[low] + (lateShares[high] - lateShares[low]) * (place - Float(low))
    }

    /// How long, in ms, a delay above this one is kept after a frame came too late.
    func patience(at delay: Int64) -> Float {
        patience[Int(Self.place(of: Float(delay) / Float(PCM.samplesPerMs)).rounded())]
    }

    /// The cheapest least delay, in whole milliseconds.
    func target(delayMax: Int) -> Int {
        var (best, bestCost) = (1, Float.infinity)
        for i in 1..<Self.leasts where Self.least(i) <= Float(delayMax) {
            if costs[i] < bestCost { (best, bestCost) = (Int(Self.least(i)), costs[i]) }
        }
        return best
    }
}

/// The state of the trials of one least delay, one for each patience; times in ms.
struct DelayTrial: BitwiseCopyable {
    var least: Float = 0
    var delay = SIMD4<Float>(repeating: 0)
    /// The time since a frame came too late.
    var calm = SIMD4<Float>(repeating: 1e6)
    /// Forgetting sums: of invented sound, and of delay times time.
    var invented = SIMD4<Float>(repeating: 0)
    var waited = SIMD4<Float>(repeating: 0)
    /// Another forgetting sum: frames that came later than the least delay.
    var late: Float = 0

    /// Counts the sound invented when a frame comes too late, and the delay that results.
    mutating func miss(_ arrival: DelayTrials.Arrival) {
        let missed = delay .< arrival.late
        let pieces = (arrival.late - delay) / arrival.grain
        // Rounds up without a function call per element: beyond 2^23 a float has no fraction.
        let large: Float = 12_582_912
        var whole = (pieces + large) - large
        whole.replace(with: whole + 1, where: whole .< pieces)
        let missing = arrival.grain * whole
        // A frame counts as lost if one of its successors can be played before it.
        var until = SIMD4<Float>(repeating: .infinity)
        for i in 0..<4 {
            let wait = (arrival.following[i] - delay).atLeast(0)
            let after = wait + Float(i + 1) * arrival.frame
            until.replace(with: after, where: after .< until)
        }
        let lost = missed .& (missing .> until)
        let came = missed .& .!lost
        let none = SIMD4<Float>(repeating: 0)
        invented +=
            arrival.weight
            * none.replacing(with: missing, where: came)
            .replacing(with: arrival.frame, where: lost)
        calm.replace(with: 0, where: came)
        var grown = delay + missing
        grown.replace(with: arrival.most, where: grown .> arrival.most)
        delay.replace(with: grown, where: came)
    }
}

extension SIMD4<Float> {
    /// Each element, raised to a minimum.
    ///
    /// The library's `pointwiseMax` is a function call, with one step per element.
    fileprivate func atLeast(_ least: Float) -> SIMD4<Float> {
        replacing(with: least, where: self .< least)
    }
}

extension DelayTrials {
    /// One frame as the trials see it; times in ms.
    struct Arrival {
        var late: Float
        var following: SIMD4<Float>
        var frame: Float
        var grain: Float
        /// The weight of inventing it.
        var weight: Float
        /// The longest delay.
        var most: Float
    }
}

/// The lowest recent value: in the running window and the whole one before it.
///
/// With two buckets it forgets after one to two windows and needs no memory of the values.
struct WindowedMinimum {
    private var current = Int64.max
    private var previous = Int64.max
    private var windowEnd = Int64.min
    private let window: Int64

    /// - Parameter window: In the unit of `add`'s moments.
    init(window: Int64) { self.window = window }

    /// Nil until a value was added.
    var value: Int64? {
        let least = min(current, previous)
        return least == .max ? nil : least
    }

    mutating func add(_ value: Int64, at moment: Int64) {
        if windowEnd == .min { windowEnd = moment + window }
        if moment >= windowEnd {
            previous = moment < windowEnd + window ? current : .max
            current = .max
            windowEnd = moment + window
        }
        current = min(current, value)
    }

    mutating func reset() { self = WindowedMinimum(window: window) }
}
