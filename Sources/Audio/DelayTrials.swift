/// Which playout delay is worth its price, found out by trying them all on what arrives.
///
/// A trial is a jitter buffer without sound: it has a least delay, is driven above it by frames
/// that come later (and counts what it would have to invent meanwhile), stays there for as long as
/// its patience lasts, and then comes down as fast as speech can be cut. What each of them would
/// have cost in the last seconds is known, so the best is known: more delay where frames are late
/// one by one, more patience where one late frame announces the next, neither where a gap now and
/// then is cheaper. Times are milliseconds of sound. Real-time after `init`.
struct DelayTrials: ~Copyable {
    /// The least delays: 0 to 20 ms by 1, to 60 by 4, to 240 by 10.
    static let leasts = 49
    /// How long delay is kept after a frame came too late, ms.
    ///
    /// Every least delay is tried with it, and with none.
    private static let patienceMs: Float = 500

    /// Delay below this many milliseconds is free.
    ///
    /// Nobody hears a block of 10 ms, and every gap is heard; who plays in shorter blocks wants
    /// less.
    var unheard: Float = 10
    /// Milliseconds a frame must come before its moment to be called in time: the quickest way is
    /// followed with a delay of its own where clocks drift apart.
    private static let margin: Float = 1.5
    /// Milliseconds of delay that leave in one of sound: what is cut from speech, and from pauses.
    private static let descent: Float = 0.25
    /// What was seen so many milliseconds of sound ago counts for 1/e.
    private static let memory: Float = 15_000
    private static let telling: Float = 500

    /// What a trial has come to.
    struct Trial: BitwiseCopyable {
        var least: Float
        var delay: Float
        /// Since a frame came too late.
        var calm: Float
        /// Forgetting sums: what was invented, and delay times time.
        var invented: Float
        var waited: Float
    }

    private var trials = Table<Trial>(
        count: 2 * leasts,
        repeating: Trial(least: 0, delay: 0, calm: 0, invented: 0, waited: 0))
    /// Of each least delay, the better of its trials.
    private var costs = Table<Float>(count: leasts, repeating: 0)
    private var patience = Table<Float>(count: leasts, repeating: 0)
    /// The forgetting sum of time.
    private var seen: Float = 0
    /// The same, since the quickest arrival became quicker.
    private var seenByBase: Float = 0

    init() { reset() }

    /// Forgets everything.
    mutating func reset() {
        seen = 0
        seenByBase = 0
        for i in trials.indices {
            let least = Self.least(i / 2)
            trials[i] = Trial(least: least, delay: least, calm: 1e6, invented: 0, waited: 0)
        }
    }

    static func least(_ index: Int) -> Float {
        switch index {
        case ...20: Float(index)
        case ...30: Float(20 + (index - 20) * 4)
        default: Float(60 + (index - 30) * 10)
        }
    }

    /// Where a delay is among the least delays, in parts of the step between two.
    private static func place(of delay: Float) -> Float {
        switch delay {
        case ...20: max(0, delay)
        case ...60: 20 + (delay - 20) / 4
        default: min(30 + (delay - 60) / 10, Float(leasts - 1))
        }
    }

    /// Whether enough was seen to speak of the network.
    var isTelling: Bool { seen >= Self.telling }

    /// Sends one frame through all trials.
    ///
    /// - Parameters:
    ///   - late: By how much it came later than the quickest, in ms.
    ///   - next: The same of the frame after it, as far as it is here.
    ///   - frame: Its duration in ms.
    ///   - grain: Sound is invented in pieces of so many ms.
    mutating func observe(late: Float, next: Float?, frame: Float, grain: Float) {
        let keep = 1 - frame / Self.memory
        seen = seen * keep + frame
        seenByBase = seenByBase * keep + frame
        let late = late + Self.margin
        let following = (next ?? 0) + Self.margin
        for i in trials.indices {
            var trial = trials[i]
            var invented: Float = 0
            if late > trial.delay {
                // If it takes longer than its successor, it is as good as lost.
                let missing = grain * ((late - trial.delay) / grain).rounded(.up)
                let untilNext = frame + max(0, following - trial.delay)
                if missing > untilNext {
                    invented = frame
                } else {
                    invented = missing
                    trial.delay += missing
                    trial.calm = 0
                }
            } else {
                trial.calm += frame
                if trial.delay > trial.least && trial.calm >= Float(i % 2) * Self.patienceMs {
                    trial.delay = max(trial.least, trial.delay - Self.descent * frame)
                }
            }
            trial.invented = trial.invented * keep + invented
            trial.waited = trial.waited * keep + max(unheard, trial.delay) * frame
            trials[i] = trial
        }
    }

    /// The quickest arrival is less late now: what was seen until then counts from it.
    mutating func baseFell() { seenByBase = 0 }

    /// The quickest arrival is so many milliseconds later now: what was seen is less late by them.
    ///
    /// Only what was seen since it was found: what came before was measured by another.
    mutating func baseRose(by rise: Float) {
        let share = seen > 0 ? seenByBase / seen : 0
        seenByBase = seen
        // Upwards, so that what is read was not written yet.
        for i in trials.indices {
            let from = Self.place(of: trials[i].least + rise)
            let low = min(Int(from), Self.leasts - 1)
            let high = min(low + 1, Self.leasts - 1)
            let part = from - Float(low)
            let (a, b) = (trials[low * 2 + i % 2], trials[high * 2 + i % 2])
            let invented: Float = a.invented + (b.invented - a.invented) * part
            var waited: Float = a.waited + (b.waited - a.waited) * part
            waited = max(unheard * seen, waited - rise * seen)
            trials[i].invented += share * (invented - trials[i].invented)
            trials[i].waited += share * (waited - trials[i].waited)
            trials[i].delay = max(trials[i].least, trials[i].delay - rise)
        }
    }

    /// Weighs anew what was seen; all that follows speaks of the last time this was called.
    ///
    /// - Parameter lateCost: Milliseconds of delay that one percent of invented sound is worth.
    mutating func weigh(lateCost: Int) {
        let a: Float = 1 / max(1, seen)
        let b: Float = Float(lateCost) * 100 * a
        for i in costs.indices {
            let (quick, patient) = (trials[2 * i], trials[2 * i + 1])
            let quickCost: Float = quick.waited * a + quick.invented * b
            let patientCost: Float = patient.waited * a + patient.invented * b
            costs[i] = min(quickCost, patientCost)
            patience[i] = patientCost < quickCost ? Self.patienceMs : 0
        }
    }

    /// What playing so many samples after the quickest arrival costs, in milliseconds.
    func cost(at delay: Int64) -> Float {
        let ms = Float(delay) / Float(PCM.samplesPerMs)
        let place = Self.place(of: ms)
        let low = min(Int(place), Self.leasts - 1)
        let high = min(low + 1, Self.leasts - 1)
        let cost = costs[low] + (costs[high] - costs[low]) * (place - Float(low))
        // Beyond the ends of the table.
        return cost + max(0, -ms) + max(0, ms - Self.least(Self.leasts - 1))
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
