public import Time

/// The side of the buffer where sound is taken out.
extension JitterBuffer {
    /// Tells that a playout block begins; once a block, before `next`.
    public mutating func tick(at now: Instant) {
        let time = Self.samples(now)
        // Nobody pulled for a while: the old phase means nothing.
        if time - lastPull > Self.pullGap { pullPhase.reset() }
        lastPull = time
        pulls += 1
        pullPhase.add(time - pulls * block, at: pulls)
    }

    /// Takes out what comes next, after what was taken out before and not played yet.
    ///
    /// - Parameters:
    ///   - bytes: Gets the packet; at least 400 long.
    ///   - buffered: How many samples were decoded or invented and not played yet.
    ///   - now: The moment of the block.
    /// - Returns: What to do.
    public mutating func next(
        into bytes: inout MutableSpan<UInt8>, buffered: Int, at now: Instant
    ) -> Playout {
        switch phase {
        case .idle:
            return .idle
        case .waiting:
            guard let base = spurt.base.value else { return .idle }
            let age = Self.samples(now) - base - nextSequence * frameSamples
            guard age >= Int64(targetMs) * PCM.samplesPerMs else { return .idle }
            phase = .playing
            reception.totals.spurts += 1
            return take(into: &bytes, begins: true)
        case .playing:
            return continued(into: &bytes, buffered: buffered, at: now)
        }
    }

    /// Whether `next` would give the frame after the last one, so that one may look ahead.
    public var hasNext: Bool {
        switch phase {
        case .idle, .waiting: false
        case .playing: invented == 0 && slots.contains(nextSequence) && !isPastLast
        }
    }

    /// What to do about the playout delay.
    public struct Correction: Equatable, Sendable {
        /// How many samples to leave out (above 0) or to put in (below 0).
        public var samples = 0
        /// What that is worth, in milliseconds of delay.
        public var worth: Float = 0
    }

    /// Compares the playout delay with those one could have.
    ///
    /// Sound waits for the block it is part of. So only once a block there is a delay at
    /// which nothing stays `buffered` after a block, and anything between two of them is
    /// waste. The cheapest of these is chosen, not the cheapest of all.
    public mutating func correction(buffered: Int) -> Correction {
        guard case .playing = phase, invented == 0, let delay = delay(buffered: buffered)
        else { return Correction() }
        delayNow = delay
        let unit = min(frameSamples, block)
        let waste = Int64(buffered) % unit
        // How long after its quickest arrival the youngest frame of a block is needed.
        let age = delay - waste - (block - unit)
        var best = bestAge(from: age, unit: unit)
        if best < age && isPatient(at: best, age: age) { best = age }
        let worth = trials.cost(at: age) - trials.cost(at: best)
        return Correction(
            samples: Int(age - best + waste),
            worth: worth + Float(waste) / Float(PCM.samplesPerMs))
    }

    /// Whether a frame came too late so lately that the next ones might, too.
    private func isPatient(at best: Int64, age: Int64) -> Bool {
        guard let lastWait, isTelling, age <= Int64(delayMaxMs) * PCM.samplesPerMs
        else { return false }
        let calm = (pulls - lastWait) * block / PCM.samplesPerMs
        return Float(calm) < trials.patience(at: best)
    }

    /// The cheapest of the ages that are whole blocks away from this one.
    private func bestAge(from age: Int64, unit: Int64) -> Int64 {
        let target = Int64(targetMs) * PCM.samplesPerMs
        guard isTelling else {
            // Little is known yet but that a longer delay is safer.
            let steps = age < target ? (age - target - unit + 1) / unit : (age - target) / unit
            return age - steps * unit
        }
        let most = Int64(delayMaxMs) * PCM.samplesPerMs
        var candidate = age - age / unit * unit
        if candidate < 0 { candidate += unit }
        // Beyond the greatest delay one may not stay, however good it is there.
        let cost = age > most ? .infinity : trials.cost(at: age)
        var (best, bestCost) = (age, cost)
        while candidate <= most {
            // A change is a small harm itself; only towards safety it is made lightly.
            let threshold = candidate < age ? 0.2 * Float(block) / Float(PCM.samplesPerMs) : 1
            let other = trials.cost(at: candidate)
            if other < bestCost && other < cost - threshold {
                (best, bestCost) = (candidate, other)
            }
            candidate += unit
        }
        return best
    }

    /// Counts samples left out or put in to change the delay.
    public mutating func countStretched(samples: Int) {
        reception.stretch(samples)
    }

    // MARK: Inside

    /// Whether the next frame is none of this talkspurt any more.
    private var isPastLast: Bool {
        if let last = spurt.last, nextSequence > last { return true }
        if let upcoming { return nextSequence >= upcoming.first }
        return false
    }

    /// How long after its quickest possible arrival the next frame will be played.
    private func delay(buffered: Int) -> Int64? {
        guard let phase = pullPhase.value, let base = spurt.base.value else { return nil }
        let now = phase + pulls * block
        return now + Int64(buffered) - base - nextSequence * frameSamples
    }

    private mutating func continued(
        into bytes: inout MutableSpan<UInt8>, buffered: Int, at now: Instant
    ) -> Playout {
        if isPastLast { return finish() }
        if slots.contains(nextSequence) {
            if invented > 0 { lastWait = pulls }
            skipExcess(buffered: buffered)
            return take(into: &bytes, begins: false)
        }
        if let following {
            // Lost: what was invented fills the hole, or all that will be invented was.
            let hole = (following - nextSequence) * frameSamples
            if invented >= min(hole, Self.starvation) {
                if invented > hole { lastWait = pulls }
                nextSequence = following
                skipExcess(buffered: buffered)
                return take(into: &bytes, begins: false)
            }
        } else if upcoming != nil {
            return finish()
        } else if let last = spurt.last, invented >= (last + 1 - nextSequence) * frameSamples {
            return finish()
        }
        return invent(at: now)
    }

    private mutating func invent(at now: Instant) -> Playout {
        guard invented < Self.starvation else {
            // The talker is gone. Time still passes for the media pointer.
            invented += block
            return .idle
        }
        // Whole frames: SILK invents 10 ms at once, and half of that would not fit the next half.
        let samples = Int(min(frameSamples, Int64(PCM.frameSamples)))
        invented += Int64(samples)
        reception.conceal(samples, at: now)
        return .conceal(samples: samples)
    }

    /// The nearest frame here after the next one, of the same talkspurt.
    private var following: Int64? {
        let end = min(nextSequence + Int64(PacketSlots.count), upcoming?.first ?? .max)
        var number = nextSequence + 1
        while number < end && number <= spurt.highest {
            if slots.contains(number) { return number }
            number += 1
        }
        return nil
    }

    private mutating func take(into bytes: inout MutableSpan<UInt8>, begins: Bool) -> Playout {
        guard let count = slots.take(nextSequence, into: &bytes) else {
            preconditionFailure("only a frame that is here is taken")
        }
        nextSequence += 1
        invented = 0
        return .play(count: count, begins: begins)
    }

    /// Leaves frames out when the delay has run out of every bound: what is less is worked off by
    /// cuts that nobody hears.
    private mutating func skipExcess(buffered: Int) {
        guard let delay = delay(buffered: buffered), delay > Self.delayBound else { return }
        let frames = (delay - Self.delayBound + frameSamples - 1) / frameSamples
        let limit = min(spurt.highest, nextSequence + frames)
        var landing = nextSequence
        var number = nextSequence
        while number <= limit {
            if slots.contains(number) { landing = number }
            number += 1
        }
        reception.skip((landing - nextSequence) * frameSamples)
        nextSequence = landing
    }

    private mutating func finish() -> Playout {
        endedThrough = max(spurt.last ?? spurt.highest, nextSequence - 1)
        invented = 0
        if let next = upcoming {
            begin(next)
        } else {
            phase = .idle
            // Whatever of it still arrives has nowhere to go.
            slots.removeAll()
        }
        return .ended
    }
}
