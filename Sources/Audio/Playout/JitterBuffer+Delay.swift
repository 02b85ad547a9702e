/// The choice of the playout delay, by the costs that `DelayTrials` has measured.
extension JitterBuffer {
    /// A correction of the playout delay.
    public struct Correction: Equatable, Sendable {
        /// How many samples to leave out (above 0) or to insert (below 0).
        public var samples = 0
        /// The worth of the correction, in milliseconds of delay.
        public var worth: Float = 0
    }

    /// Finds the cheapest playout delay, and the way to it.
    ///
    /// A voice plays whole blocks. Only two delays in each block length are useful: one leaves no
    /// `buffered` sound after a block; the other leaves half a block, which can be stretched if the
    /// next frame is late. The cheapest of these is chosen.
    public mutating func correction(buffered: Int) -> Correction {
        guard case .playing = phase, invented == 0, let delay = delay(buffered: buffered)
        else { return Correction() }
        delayNow = delay
        let unit = min(frameSamples, block)
        let left = Int64(buffered) % unit
        // From the quickest arrival of a block's youngest frame until the frame is needed.
        let age = delay - left - (block - unit)
        let here = Place(age: age, spare: spare(of: left))
        var best = choose(from: here)
        let isShorter = best.age + best.spare < age + left
        if isShorter && isPatient(at: best, age: age) { best = here }
        return Correction(
            samples: Int(age + left - best.age - best.spare),
            worth: cost(of: here) - cost(of: best)
                + Float(left - here.spare) / Float(PCM.samplesPerMs))
    }

    /// Fewer samples than these are not stretched to a block.
    static func spareLeast(block: Int) -> Int { max(120, block * 3 / 10) }

    /// Counts samples left out or inserted to change the delay.
    public mutating func countStretched(samples: Int) {
        reception.stretch(samples)
    }

    // MARK: Inside

    /// A possible playout delay.
    struct Place: Equatable {
        /// The time from the quickest arrival of a block's youngest frame until it is needed.
        var age: Int64
        /// The decoded sound that remains after a block.
        ///
        /// If the next frame is late, this sound is stretched to a block, which gives the frame a
        /// block more time.
        var spare: Int64
    }

    /// A choice among all places, with its inputs.
    struct Choice {
        var here: Place
        var target: Int
        var weighings: Int
        var frameSamples: Int64
        var isTelling: Bool
        var best: Place
    }

    /// `bestPlace`, which tries a hundred places; with the same inputs, its last result.
    private mutating func choose(from here: Place) -> Place {
        if let choice, choice.here == here, choice.target == targetMs,
            choice.weighings == trials.weighings, choice.frameSamples == frameSamples,
            choice.isTelling == isTelling
        {
            return choice.best
        }
        let best = bestPlace(from: here)
        choice = Choice(
            here: here, target: targetMs, weighings: trials.weighings, frameSamples: frameSamples,
            isTelling: isTelling, best: best)
        return best
    }

    /// Half a block is spare sound, if it can be stretched to a block.
    private var spareMost: Int64 { frameSamples >= block && block >= 240 ? block / 2 : 0 }

    private func spare(of left: Int64) -> Int64 {
        left >= Int64(Self.spareLeast(block: Int(block))) ? min(left, spareMost) : 0
    }

    private func cost(of place: Place) -> Float {
        guard place.spare > 0 else { return trials.cost(at: place.age) }
        let ms = Float(PCM.samplesPerMs)
        let later = place.age + block
        // The remainder is stretched for each frame that is late by at most a block more.
        let share = trials.lateShare(at: place.age) - trials.lateShare(at: later)
        let stretched = 100 * share * Float(block) / Float(frameSamples)
        return trials.cost(at: later) - Float(block - place.spare) / ms
            + Self.bridgePrice * Float(preset.lateCost) * stretched
    }

    /// Whether a frame came too late so recently that the next ones may be late, too.
    private func isPatient(at best: Place, age: Int64) -> Bool {
        guard let lastWait, isTelling, age <= Int64(delayMaxMs) * PCM.samplesPerMs
        else { return false }
        let calm = (pulls - lastWait) * block / PCM.samplesPerMs
        return Float(calm) < trials.patience(at: best.age + (best.spare > 0 ? block : 0))
    }

    /// The cheapest of the places whose ages are whole blocks away from this one's.
    private func bestPlace(from here: Place) -> Place {
        let (age, unit) = (here.age, min(frameSamples, block))
        let target = Int64(targetMs) * PCM.samplesPerMs
        guard isTelling else {
            // Little is known yet, except that a longer delay is safer.
            let steps = age < target ? (age - target - unit + 1) / unit : (age - target) / unit
            return Place(age: age - steps * unit, spare: 0)
        }
        let most = Int64(delayMaxMs) * PCM.samplesPerMs
        var candidate = Place(age: age - age / unit * unit, spare: 0)
        if candidate.age < 0 { candidate.age += unit }
        // Delays beyond the greatest one are not allowed, however cheap.
        let cost = age > most ? .infinity : cost(of: here)
        var (best, bestCost) = (here, cost)
        // Beyond the tried delays, each place only costs more than the one before it.
        let last = min(most, DelayTrials.longest + block + spareMost)
        while candidate.age + candidate.spare <= last {
            // A change does a little harm itself; only a safer delay is chosen for a small gain.
            let isShorter = candidate.age + candidate.spare < age
            let threshold = isShorter ? 0.1 * Float(block) / Float(PCM.samplesPerMs) : 1
            let other = self.cost(of: candidate)
            if other < bestCost && other < cost - threshold {
                (best, bestCost) = (candidate, other)
            }
            if candidate.spare == 0 && spareMost > 0 {
                candidate.spare = spareMost
            } else {
                candidate = Place(age: candidate.age + unit, spare: 0)
            }
        }
        return best
    }

    /// How long after its quickest possible arrival the next frame will be played.
    func delay(buffered: Int) -> Int64? {
        guard let phase = pullPhase.value, let base = spurt.base.value else { return nil }
        let now = phase + pulls * block
        return now + Int64(buffered) - base - nextSequence * frameSamples
    }
}
