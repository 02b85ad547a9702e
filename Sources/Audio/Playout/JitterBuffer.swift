internal import Realtime
public import Time

/// Holds each packet of one talker until its turn, and decides how long it waits (docs/voice.md).
///
/// Sans-I/O. Packets go in as they arrive; every playout block takes out a packet to decode, or
/// learns that sound must be invented. From one talkspurt to the next, only the delay trials
/// remain. Times inside are samples of 48 kHz; the *media time* of a frame is its extended sequence
/// times its duration, and *base* is the quickest arrival seen, minus media time, so that `arrival
/// - media - base` is how much later than the quickest a frame came. Real-time after `init`.
public struct JitterBuffer: ~Copyable {
    /// How the buffer trades delay against lost sound.
    public enum Preset: String, CaseIterable, Sendable {
        /// Conversation first: accepts an occasional gap.
        case low
        case normal
        /// Every word first.
        case robust

        /// Milliseconds of delay one percent of late frames is worth.
        var lateCost: Int {
            switch self {
            case .low: 5
            case .normal: 24
            case .robust: 40
            }
        }
    }

    /// The outcome of inserting a packet.
    public enum Insertion: Equatable, Sendable {
        case accepted
        case duplicate
        /// The moment to play it has passed.
        case late
        /// Accepted, but so far ahead that the buffer was emptied for it.
        case restarted
        /// Not an Opus packet of 2.5, 5, 10 or 20 ms and at most 400 bytes.
        case malformed
    }

    /// The order for the next piece of sound.
    public enum Playout: Equatable, Sendable {
        /// Decode the first `count` bytes; a talkspurt begins with them when `begins`.
        case play(count: Int, begins: Bool)
        /// Invent so many samples.
        case conceal(samples: Int)
        /// The talkspurt is over; its last frame was played.
        case ended
        /// There is nothing to play.
        case idle
    }

    /// A talkspurt as its packets show it (RFC 3551 §4.1).
    struct ReceivedTalkspurt {
        var first: Int64
        var last: Int64?
        var highest: Int64
        /// The newest packet without the spurt-start flag.
        var highestPlain: Int64?
        var base = WindowedMinimum(window: 5 * 48_000)

        init(first: Int64) {
            self.first = first
            highest = first
        }
    }

    enum Phase {
        case idle
        /// Packets have come; the first is not due yet.
        case waiting
        case playing
    }

    /// The first arrival of a frame, as itself or as a copy.
    struct Arrival {
        var sequence: Int64 = -1
        var time: Int64 = 0
        /// Whether it came in its own packet, not only as a copy.
        var isOwn = false
        var isSpurtStart = false
        /// Whether it came in time to be played.
        var isInTime = true
    }

    /// The most frames in a row that a burst of losses may take; more means a jump of the sequence.
    static let burstGap: Int64 = 64

    // Durations in samples.
    /// The longest delay allowed after packets were held; the excess is skipped.
    ///
    /// Skipping loses words; playing faster removes the rest of the delay.
    static let delayMost: Int64 = 1_600 * 48
    /// A packet this much later than the quickest, after a gap, starts a new base.
    static let holdMost: Int64 = 500 * 48
    static let starvation: Int64 = 200 * 48
    static let silenceMax: Int64 = 10 * 48_000
    static let lateMax: Int64 = 500 * 48
    static let pullGap: Int64 = 100 * 48
    /// The trials are weighed again after this much sound.
    static let weighing: Int64 = 100 * 48
    static let initialTargetMs = 30
    /// The cost of stretching spare sound to a block, where inventing a block costs 1.
    static let bridgePrice: Float = 0.03

    let preset: Preset
    let delayMaxMs: Int
    /// Samples taken out at once.
    let block: Int64

    var phase = Phase.idle
    /// Meaningless while idle.
    var spurt = ReceivedTalkspurt(first: 0)
    var upcoming: ReceivedTalkspurt?
    /// The newest frame of earlier talkspurts.
    var endedThrough = Int64.min

    /// The frame to take out next.
    package internal(set) var nextSequence: Int64 = 0
    /// Sound invented since a frame was last taken out.
    ///
    /// The media pointer stands still meanwhile: only later arrivals show whether the missing frame
    /// is lost or late.
    var invented: Int64 = 0

    var frameSamples: Int64 = 480
    var highest: Int64?
    var finalised: Int64 = 0
    /// The first frame that is not counted yet as come, repaired or lost.
    var counted: Int64 = 0
    var lastArrival: Int64?
    var lateInARow = 0
    /// How far back the copies (redundancy) reach, in frames.
    var copyReach: Int64 = 0

    var packets = PacketSlots()
    var arrivals = FixedArray<Arrival>(count: 128, repeating: Arrival())
    var trials: DelayTrials
    /// The delay that the buffer aims at.
    package internal(set) var targetMs = JitterBuffer.initialTargetMs
    /// The last choice of a playout delay, and the inputs it followed from.
    var choice: Choice?
    var unweighed: Int64 = 0

    var pulls: Int64 = 0
    var lastPull: Int64 = 0
    /// The earliest pull lately, minus the sound pulled before it: later pulls were merely delayed.
    var pullPhase: WindowedMinimum
    /// How long the frame last taken out waited here, from its quickest possible arrival.
    package internal(set) var delayNow: Int64 = 0
    /// The pull that ended the last wait for a frame in this talkspurt, if any.
    var lastWait: Int64?

    var reception = Reception()

    /// - Parameters:
    ///   - preset: The price of lost sound.
    ///   - delayMax: The longest playout delay the buffer may choose, 10 to 240 ms.
    ///   - blockSamples: Samples taken out at once: a multiple of 120, at most 480.
    public init(
        preset: Preset = .normal, delayMax: Duration = .milliseconds(240),
        blockSamples: Int = PCM.blockMax
    ) {
        precondition(
            blockSamples % PCM.blockStep == 0 && (1...PCM.blockMax).contains(blockSamples))
        self.preset = preset
        block = Int64(blockSamples)
        trials = DelayTrials(block: Float(blockSamples) / Float(PCM.samplesPerMs))
        // 320 ms.
        pullPhase = WindowedMinimum(window: Int64(32 * PCM.blockMax / blockSamples))
        delayMaxMs = Int(max(10, min(240, delayMax.milliseconds)))
        targetMs = min(targetMs, delayMaxMs)
    }

    /// Forgets everything, the trials too: for another talker, or the same one after a restart.
    public mutating func reset() {
        empty()
        reception = Reception()
        forgetDelays(frameSamples: frameSamples)
        endedThrough = .min
    }

    // MARK: State for callers

    /// Whether sound waits here or is being played.
    public var isActive: Bool {
        switch phase {
        case .idle: false
        case .waiting: true
        case .playing:
            // The oldest packets may have made room for others, so that nothing is left.
            invented < Self.starvation || upcoming != nil || packets.contains(nextSequence)
                || following != nil
        }
    }

    public var totals: ReceptionTotals { reception.totals }

    /// The figures of REPORT (protocol.md §2.4).
    public func report(at now: Instant) -> ReceptionReport {
        var report = reception.report(at: now, frameSamples: Int(frameSamples))
        report.highestSequence = UInt16(truncatingIfNeeded: highest ?? 0)
        report.playoutDelayMs = UInt16(clamping: delayNow / PCM.samplesPerMs)
        return report
    }

    // MARK: Inside

    /// `delayMost`, limited by the number of packet slots.
    var delayBound: Int64 { min(Self.delayMost, Int64(PacketSlots.count - 8) * frameSamples) }

    /// Whether enough of the network was observed for a shorter wait than at first.
    var isTelling: Bool { trials.isTelling(repeats: copyReach > 0) }

    /// The moment in samples.
    static func samples(_ instant: Instant) -> Int64 {
        PCM.samples(nanoseconds: instant.nanoseconds)
    }

    /// Drops all packets and the sequence count; keeps the observed delays.
    mutating func empty() {
        phase = .idle
        upcoming = nil
        endedThrough = .min
        invented = 0
        highest = nil
        lastArrival = nil
        lateInARow = 0
        packets.removeAll()
        for i in arrivals.indices { arrivals[i].sequence = -1 }
        reception.forgetTransit()
    }

    mutating func forgetDelays(frameSamples: Int64) {
        self.frameSamples = frameSamples
        trials.reset()
        targetMs = min(Self.initialTargetMs, delayMaxMs)
        unweighed = 0
        copyReach = 0
    }
}

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

    // MARK: Inside

    /// Whether the next frame is beyond the end of this talkspurt.
    private var isPastLast: Bool {
        if let last = spurt.last, nextSequence > last { return true }
        if let upcoming { return nextSequence >= upcoming.first }
        return false
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
