public import Time

/// One talker, from packets to blocks for the mixer.
///
/// Joins the jitter buffer, the decoder and the decoded sound, and changes the playout delay where
/// that is least audible: in pauses by whole pieces, in speech by pitch periods. Made at start,
/// with `reset()` for the next talker. Real-time after `init`.
public struct Voice: ~Copyable {
    /// A function that gets each packet that was decoded, once and in order.
    public typealias Taker = (Span<UInt8>) -> Void

    public private(set) var buffer: JitterBuffer
    private var decoder: OpusDecoder
    private var line: SampleLine
    private var packet = InlineArray<400, UInt8>(repeating: 0)

    private var pauses = PauseDetector()
    /// The gain of the sound: below 1 while a missing talker fades away.
    private var fade: Float = 0
    /// Samples invented in a row.
    private var invented = 0
    /// Whether only pauses of this talkspurt were played so far.
    private var isLeading = false
    /// Samples of this talkspurt pulled.
    private var age = 0
    /// Samples to play before speech may be cut again.
    private var rest = 0
    /// Whether spare sound was stretched since the last frame: only once, because the result
    /// repeats itself.
    private var hasBridged = false
    private var change = Change.none

    /// The change of the playout delay under way.
    private enum Change {
        case none
        case shortening
        case lengthening
    }

    /// Samples since `init` or `reset` that were decoded from what arrived, not invented.
    public private(set) var decodedSamples: UInt64 = 0

    private let block: Int
    /// Samples pulled at once.
    public var blockSamples: Int { block }
    /// Samples pulled since `pauses` was last updated.
    private var unweighed = 0

    // Durations in samples.
    /// The sound by which a pause is judged: less may be quiet between two pitch pulses.
    private static let window = PCM.blockMax
    private static let fadeBegin = 60 * 48
    private static let fadeEnd = 100 * 48
    private static let catchUp = 1_500 * 48
    /// With this much excess delay, speech is shortened as fast as a pre-roll is caught up.
    private static let haste = 60 * 48
    /// With this much excess delay, speech is played twice as fast: no pre-roll is so long, only
    /// sound that the network delayed.
    private static let greatHaste = 250 * 48
    private static let lagMin = 120
    private static let lagMax = 720
    private static let quietOverlap = 120
    /// The longest sound of one packet, and the longest piece that is put into a pause.
    private static let pieceMax = SampleLine.pieceMax
    /// Half a millisecond is worth removing from a pause, and no less.
    private static let trifle = 24

    /// - Parameters:
    ///   - preset: The price of lost sound.
    ///   - delayMax: The longest playout delay the buffer may choose.
    ///   - blockSamples: Samples pulled at once: a multiple of 120, at most 480.
    /// - Throws: `OpusError` when there is no memory for a decoder.
    public init(
        preset: JitterBuffer.Preset = .normal, delayMax: Duration = .milliseconds(240),
        blockSamples: Int = PCM.blockMax
    ) throws(OpusError) {
        decoder = try OpusDecoder()
        buffer = JitterBuffer(preset: preset, delayMax: delayMax, blockSamples: blockSamples)
        block = blockSamples
        // Decoded sound never exceeds the longest delay, one block being played, and two pieces;
        // code that adds to it checks for room.
        line = SampleLine(
            capacity: buffer.delayMaxMs * Int(PCM.samplesPerMs) + blockSamples
                + 2 * Self.pieceMax)
    }

    /// Whether the neural network of libopus conceals packets, from the next missing one on.
    public var concealsNeurally: Bool {
        get { decoder.concealsNeurally }
        set { decoder.concealsNeurally = newValue }
    }

    /// Starts again, for another talker.
    public mutating func reset() {
        buffer.reset()
        decoder.reset()
        line.removeAll()
        pauses = PauseDetector()
        unweighed = 0
        fade = 0
        invented = 0
        isLeading = false
        rest = 0
        change = .none
        decodedSamples = 0
    }

    /// Takes in one frame; see `JitterBuffer.insert`.
    @discardableResult
    public mutating func insert(
        sequence: UInt16, payload: Span<UInt8>, isSpurtStart: Bool, isLast: Bool,
        isCopy: Bool = false, at now: Instant
    ) -> JitterBuffer.Insertion {
        buffer.insert(
            sequence: sequence, payload: payload, isSpurtStart: isSpurtStart, isLast: isLast,
            isCopy: isCopy, at: now)
    }

    /// Takes the sequence of the talkspurt's last frame.
    public mutating func end(last: UInt16) { buffer.end(last: last) }

    /// The figures of REPORT (protocol.md §2.4).
    public func report(at now: Instant) -> ReceptionReport { buffer.report(at: now) }

    /// Counters since `init` or `reset`.
    public var totals: ReceptionTotals { buffer.totals }

    /// Whether there is, or soon will be, sound to pull.
    public var isActive: Bool { buffer.isActive || line.count > 0 }

    /// Writes the next block; false, and silence, when this talker has no sound.
    ///
    /// Call it once per playout block as long as `isActive`. `taker` gets the packets that were
    /// decoded for it.
    ///
    /// - Precondition: `sound` is as long as a block.
    public mutating func pull(
        into sound: inout MutableSpan<Int16>, at now: Instant, taker: Taker = { _ in }
    ) -> Bool {
        precondition(sound.count == block)
        buffer.tick(at: now)
        while line.count < block && !bridge() && fetch(at: now, taker) {}
        guard line.count > 0 else {
            for i in sound.indices { sound[i] = 0 }
            return false
        }
        if line.count < block {
            line.finish(block: block)
        } else {
            adjust(at: now, taker)
        }
        weigh()
        line.pop(into: &sound)
        age += block
        rest = max(0, rest - block)
        return true
    }

    /// Updates `pauses` every 10 ms, from the 10 ms that end with this block.
    private mutating func weigh() {
        unweighed += block
        guard unweighed >= Self.window else { return }
        unweighed = 0
        pauses.add(line.energy(at: block - Self.window, count: Self.window))
    }

    // MARK: Decoding

    /// Decodes or invents the next piece; false when there is none, or no room for it.
    private mutating func fetch(at now: Instant, _ taker: Taker) -> Bool {
        guard line.room >= Self.pieceMax else { return false }
        var bytes = packet.mutableSpan
        switch buffer.next(into: &bytes, buffered: line.count, at: now) {
        case .idle, .ended:
            fade = 0
            return false
        case .conceal(let samples):
            conceal(samples)
            return true
        case .play(let count, let begins):
            if begins { begin() }
            decode(count, taker)
            return true
        }
    }

    private mutating func begin() {
        decoder.reset()
        hasBridged = false
        invented = 0
        isLeading = true
        age = 0
        rest = 0
        change = .shortening
    }

    private mutating func decode(_ count: Int, _ taker: Taker) {
        let start = line.count
        hasBridged = false
        var isGood = true
        line.append { free in
            if let samples = decoder.decode(packet.span.extracting(first: count), into: &free) {
                return samples
            }
            // The packet passed as Opus, but its contents are broken: it is concealed.
            isGood = false
            let samples = Int(buffer.frameSamples)
            decoder.conceal(samples: samples, into: &free)
            return samples
        }
        if isGood {
            invented = 0
            decodedSamples += UInt64(line.count - start)
            taker(packet.span.extracting(first: count))
        }
        // Back from silence, or from a fade, without a click.
        line.ramp(at: start, count: 120, from: fade, to: 1)
        fade = 1
    }

    private mutating func conceal(_ samples: Int) {
        let start = line.count
        line.append { free in
            decoder.conceal(samples: samples, into: &free)
            return samples
        }
        invented += samples
        let gone = Float(invented - Self.fadeBegin) / Float(Self.fadeEnd - Self.fadeBegin)
        let goal = min(fade, max(0, min(1, 1 - gone)))
        line.ramp(at: start, count: samples, from: fade, to: goal)
        fade = goal
    }

    // MARK: Playout delay

    /// Stretches the remaining sound to a block, where the next frame is late.
    ///
    /// A poor likeness does not matter: invented sound would be no better, and mislead the decoder.
    private mutating func bridge() -> Bool {
        guard !hasBridged, buffer.frameSamples >= Int64(block), buffer.isNextLate,
            line.count >= JitterBuffer.spareLeast(block: block)
        else { return false }
        let overlap = line.count / 120 * 120
        let lagMin = max(Self.lagMin, block - line.count)
        guard let splice = line.bestInsertion(lags: lagMin...Self.lagMax, overlap: overlap)
        else { return false }
        line.lengthen(splice, overlap: overlap)
        buffer.countStretched(samples: splice.lag)
        rest = 4 * splice.lag
        hasBridged = true
        return true
    }

    private mutating func adjust(at now: Instant, _ taker: Taker) {
        let correction = buffer.correction(buffered: line.count)
        let excess = correction.samples
        // Nearly always: no change, in a pause or not.
        if case .none = change, !isLeading, 0..<Self.trifle ~= excess { return }
        let isPause = isQuiet(at: 0)
        let trifle = isPause ? Self.trifle : Self.lagMin
        switch change {
        case .none:
            if excess >= (isPause || age < Self.catchUp ? trifle : max(trifle, block / 2)) {
                change = .shortening
            } else if excess < 0 {
                change = .lengthening
            }
        case .shortening:
            if excess < trifle { change = .none }
        case .lengthening:
            if excess >= 0 { change = .none }
        }
        switch (change, isPause) {
        case (.none, _): break
        case (.shortening, true): shortenPause(by: excess, at: now, taker)
        case (.shortening, false): shortenSpeech(by: excess, at: now, taker)
        case (.lengthening, true): lengthenPause(by: -excess)
        case (.lengthening, false):
            if correction.worth > 10 { lengthenSpeech(by: -excess) }
        }
        isLeading = isLeading && isPause
    }

    /// Whether a block is part of a pause, by the 10 ms that end with it.
    private func isQuiet(at position: Int) -> Bool {
        let end = position + block
        let half = Self.window / 2
        return pauses.isQuiet(line.energy(at: end - 2 * half, count: half))
            && pauses.isQuiet(line.energy(at: end - half, count: half))
    }

    /// Decodes ahead, without inventing anything, until so many samples wait.
    private mutating func lookAhead(to samples: Int, at now: Instant, _ taker: Taker) {
        while line.count < samples && buffer.hasNext && fetch(at: now, taker) {}
    }

    private mutating func shortenSpeech(by excess: Int, at now: Instant, _ taker: Taker) {
        guard rest == 0 else { return }
        lookAhead(to: min(3 * Self.window, block + excess), at: now, taker)
        let lagMax = min(excess, Self.lagMax, line.count - max(block, Self.window / 2))
        guard lagMax >= Self.lagMin else { return }
        let overlap = min(Self.window, (line.count - lagMax) / 2 / 120 * 120)
        guard overlap >= 120,
            let splice = line.bestRemoval(lags: Self.lagMin...lagMax, overlap: overlap)
        else { return }
        // The longer it takes, the lower the likeness accepted.
        let wanted: Float = age < 400 * 48 ? 0.85 : age < 700 * 48 ? 0.7 : 0.5
        guard splice.likeness >= wanted else { return }
        line.shorten(splice, overlap: overlap)
        buffer.countStretched(samples: splice.lag)
        // At most a quarter faster; by half to catch up a pre-roll or a hold, and twice as fast
        // where that would take longest.
        let isHasty = age < Self.catchUp || excess > Self.haste
        rest = (excess > Self.greatHaste ? 1 : isHasty ? 2 : 4) * splice.lag
    }

    /// Removes the excess from a pause, but never the moment before a word.
    private mutating func shortenPause(by excess: Int, at now: Instant, _ taker: Taker) {
        var quiet = block
        while quiet < block + excess {
            lookAhead(to: quiet + block, at: now, taker)
            guard line.count >= quiet + block, isQuiet(at: quiet) else { break }
            quiet += block
        }
        let overlap = Self.quietOverlap
        let lag = min(excess, quiet - 2 * overlap, line.count - block)
        guard let splice = line.pauseRemoval(lag, overlap: overlap) else { return }
        if isLeading {
            line.remove(at: 0, count: splice.lag)
            line.ramp(at: 0, count: overlap, from: 0, to: 1)
        } else {
            line.shorten(splice, overlap: overlap)
        }
        buffer.countStretched(samples: splice.lag)
    }

    private mutating func lengthenPause(by missing: Int) {
        guard pauses.wasQuiet else { return }
        let overlap = Self.quietOverlap
        guard let splice = line.pauseInsertion(min(missing, Self.pieceMax), overlap: overlap)
        else { return }
        line.lengthen(splice, overlap: overlap)
        buffer.countStretched(samples: splice.lag)
    }

    private mutating func lengthenSpeech(by missing: Int) {
        let lagMax = max(Self.lagMin, min(missing, Self.lagMax))
        let overlap = min(Self.window / 2, line.count / 120 * 120)
        guard rest == 0, overlap > 0,
            let splice = line.bestInsertion(lags: Self.lagMin...lagMax, overlap: overlap),
            splice.likeness >= 0.7
        else { return }
        line.lengthen(splice, overlap: overlap)
        buffer.countStretched(samples: splice.lag)
        rest = 6 * splice.lag
    }
}

/// Distinguishes a talker's pauses from words, by energy alone.
///
/// Energies are means of squared samples. It follows the high level (words) and the low level
/// (room) of the played sound; both outlive the talkspurt, because the room stays the same.
struct PauseDetector {
    private var speech: Float = 0
    private var floor: Float = 0
    private(set) var wasQuiet = false

    /// -55 dBFS: sound below it is no speech, whatever else is known.
    private static let silence: Float = 32_768 * 32_768 * 3.16e-6
    /// -70 dBFS.
    private static let nothing: Float = 32_768 * 32_768 * 1e-7

    /// Takes one played frame.
    mutating func add(_ energy: Float) {
        wasQuiet = isQuiet(energy)
        // Words: 1 dB/s down, at once up. Room: 1 dB/s up, at once down.
        speech = max(energy, speech * 0.997_7)
        floor = floor == 0 ? energy : min(energy, floor * 1.002_3)
        floor = max(floor, Self.nothing)
    }

    func isQuiet(_ energy: Float) -> Bool {
        if energy < Self.nothing { return true }
        guard speech > 10 * Self.silence else { return energy < Self.silence }
        // 32 dB below the words; or near the room's noise, if the noise is 15 dB below the words.
        if energy < speech * 0.000_63 { return true }
        return energy < floor * 4 && energy < speech * 0.032
    }
}
