public import Time

/// The side of the buffer where sound is taken out.
extension JitterBuffer {
    /// Begins a playout block; call it once per block, before `next`.
    public mutating func tick(at now: Instant) {
        let time = Self.samples(now)
        // After a long break the old phase means nothing.
        if time - lastPull > Self.pullGap { pullPhase.reset() }
        lastPull = time
        pulls += 1
        pullPhase.add(time - pulls * block, at: pulls)
    }

    /// Takes out the next packet; the sound of the former one may still wait to be played.
    ///
    /// - Parameters:
    ///   - bytes: Receives the packet; at least 400 long.
    ///   - buffered: How many samples were decoded or invented and not played yet.
    ///   - now: The moment of the block.
    /// - Returns: The order for the caller.
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
            // The first packets had to make room for later ones.
            if !packets.contains(nextSequence) {
                guard let following else { return finish() }
                nextSequence = following
            }
            reception.totals.spurts += 1
            return take(into: &bytes, begins: true)
        case .playing:
            return continued(into: &bytes, buffered: buffered, at: now)
        }
    }

    /// Whether `next` would return the frame after the last one, so that a caller can decode ahead.
    public var hasNext: Bool {
        switch phase {
        case .idle, .waiting: false
        case .playing: invented == 0 && packets.contains(nextSequence) && !isPastLast
        }
    }

    /// Whether the talk goes on, but the next frame has not come.
    public var isNextLate: Bool {
        guard case .playing = phase, invented == 0, upcoming == nil, !isPastLast else {
            return false
        }
        return !packets.contains(nextSequence) && following == nil
    }

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

    /// Whether the next frame is beyond the end of this talkspurt.
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
        if packets.contains(nextSequence) {
            if invented > 0 { lastWait = pulls }
            skipExcess(buffered: buffered)
            return take(into: &bytes, begins: false)
        }
        if let following {
            // The frame is lost, and invented sound fills its hole; or the limit of such sound is
            // reached.
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
        let samples = Int(min(frameSamples, Int64(PCM.blockMax)))
        invented += Int64(samples)
        reception.conceal(samples, at: now)
        return .conceal(samples: samples)
    }

    /// The nearest waiting frame after the next one in the same talkspurt.
    var following: Int64? {
        let end = min(nextSequence + Int64(PacketSlots.count), upcoming?.first ?? .max)
        var number = nextSequence + 1
        while number < end && number <= spurt.highest {
            if packets.contains(number) { return number }
            number += 1
        }
        return nil
    }

    private mutating func take(into bytes: inout MutableSpan<UInt8>, begins: Bool) -> Playout {
        guard let count = packets.take(nextSequence, into: &bytes) else {
            preconditionFailure("only a frame that is here is taken")
        }
        nextSequence += 1
        invented = 0
        return .play(count: count, begins: begins)
    }

    /// Skips frames when the delay is beyond all limits; a smaller excess is removed by inaudible
    /// cuts.
    private mutating func skipExcess(buffered: Int) {
        guard let delay = delay(buffered: buffered), delay > delayBound else { return }
        let frames = (delay - delayBound + frameSamples - 1) / frameSamples
        let limit = min(spurt.highest, nextSequence + frames)
        var landing = nextSequence
        var number = nextSequence
        while number <= limit {
            if packets.contains(number) { landing = number }
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
            // Frames of this talkspurt that still arrive are useless.
            packets.removeAll()
        }
        countLosses()
        return .ended
    }
}
