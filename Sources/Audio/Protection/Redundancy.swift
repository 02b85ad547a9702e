public import Time

/// Protects the sound to one listener against loss, by the listener's reports.
///
/// Lost frames are repeated in later packets: the more losses, the more copies, and the longer the
/// losses, the farther apart. Where loss comes with a queue on the path, copies would make both
/// worse: then packets become smaller instead, at the cost of the bit rate, and grow again slowly
/// when the queue is gone. Sans-I/O.
public struct Redundancy: Sendable {
    /// The contents of the packets to this listener.
    public struct Choice: Equatable, Sendable {
        /// Earlier frames in each packet, 0...4.
        public var depth = 0
        /// The distance between these frames, in frames.
        public var offset = 1
        /// The longest frame for this path, in bytes.
        public var frameSize: Int
        /// The room for frames in a packet, in bytes.
        public var room: Int
        /// Whether the path does not carry even the smallest packets: it must not limit other
        /// listeners.
        public var isHopeless = false

        public init(frameSize: Int, room: Int) {
            self.frameSize = frameSize
            self.room = room
        }
    }

    public static let depthMax = 4
    /// Below this loss, copies cost more than they repair.
    private static let worthwhile: Float = 0.003
    /// The worth of one percent of lost frames, in milliseconds of delay.
    ///
    /// Chosen so that the cheapest choice was the best one of a measured table.
    private static let lossCost: Float = 60
    /// The shortest frame for a narrow path: two of them fill the smallest packet.
    private static let frameSizeMin = 29
    /// The weight of a new report in the running figures.
    private static let share: Float = 0.15
    private static let fewerAfter = Duration.seconds(10)
    private static let fewerEvery = Duration.seconds(5)
    private static let narrowEvery = Duration.milliseconds(1900)
    private static let widenEvery = Duration.seconds(3)
    private static let widenAfterMin = Duration.seconds(10)
    private static let widenAfterMax = Duration.seconds(60)
    private static let hopelessAfter = Duration.seconds(10)

    private let frameMs: Float
    private let frameSize: Int
    /// The frame size in bytes while frames are repeated.
    private let frameSizeRepeated: Int
    private let rooms: ClosedRange<Int>
    /// Copies sent even without losses: more than none where losses come suddenly.
    public var depthMin: Int

    public private(set) var choice: Choice
    /// Whether packets are kept small because of a queue on the path.
    public var isNarrow: Bool { room < rooms.upperBound }

    // Running figures: the share of lost packets, and the share of packets that begin a loss.
    private var loss: Float = 0
    private var bursts: Float = 0
    private var queue = QueueWatch()
    private var jitter = Duration.zero
    /// Whether the former report showed losses while a queue stood.
    private var wasCrowded = false
    /// The room that fits the path without a queue, as far as known.
    private var room: Int
    private var depthCap = Redundancy.depthMax
    private var wanted: (depth: Int, offset: Int)
    private var changedAt = Instant(nanoseconds: .min / 2)
    private var narrowedAt = Instant(nanoseconds: .min / 2)
    private var widenedAt = Instant(nanoseconds: .min / 2)
    private var widenAfter = Redundancy.widenAfterMin
    /// Since when the path is hopeless.
    private var hopelessSince: Instant?

    /// - Parameters:
    ///   - frameSamples: The duration of one frame.
    ///   - frameSize: The bytes of a frame without losses.
    ///   - frameSizeRepeated: The bytes of a frame that is sent more than once.
    ///   - rooms: The room for frames in the smallest and in the largest packet, in bytes.
    ///   - depthMin: Copies sent even without losses.
    public init(
        frameSamples: Int, frameSize: Int, frameSizeRepeated: Int, rooms: ClosedRange<Int>,
        depthMin: Int = 0
    ) {
        frameMs = Float(frameSamples) / Float(PCM.samplesPerMs)
        self.frameSize = frameSize
        self.frameSizeRepeated = min(frameSize, frameSizeRepeated)
        self.rooms = rooms
        self.depthMin = depthMin
        wanted = (depthMin, 1)
        room = rooms.upperBound
        choice = Choice(frameSize: frameSize, room: rooms.upperBound)
        compose()
    }

    /// Takes a round trip to the listener and back.
    public mutating func add(roundTrip: Duration, at now: Instant) {
        queue.add(roundTrip: roundTrip, jitter: jitter, at: now)
    }

    /// Takes a listener's report, and chooses again.
    ///
    /// - Parameters:
    ///   - loss256: Packets lost of the last 2 s before repair, in 1/256.
    ///   - burst8: The mean number lost in a row, in 1/8 packet; 0 when there was no loss.
    ///   - jitter: The jitter of arriving packets (RFC 3550).
    ///   - now: When the report came.
    public mutating func report(
        loss256: UInt8, burst8: UInt8, jitter: Duration, at now: Instant
    ) {
        let lost = Float(loss256) / 256
        self.jitter = jitter
        updateLoss(lost, burst: Float(burst8) / 8)
        let verdict = queue.verdict(at: now)
        let isCrowded = verdict == .standing && lost >= 0.01
        // One coincidence may be chance.
        if isCrowded, wasCrowded { narrow(at: now) }
        wasCrowded = isCrowded
        let pattern = pattern(worse: 1)
        let mayRise = verdict == .free || verdict == .unknown
        if mayRise { widen(at: now) }
        if mayRise, room == rooms.upperBound { depthCap = Self.depthMax }
        chooseCopies(pattern, mayRise: mayRise, at: now)
        judgeHope(lost, verdict, at: now)
        compose()
    }

    // MARK: Loss

    /// Follows a rise at once and a fall slowly.
    private mutating func updateLoss(_ lost: Float, burst: Float) {
        let begun = lost > 0 ? lost / max(1, burst) : 0
        if lost > 1.5 * loss + 0.01 {
            (loss, bursts) = (lost, begun)
        } else {
            loss += Self.share * (lost - loss)
            bursts += Self.share * (begun - bursts)
        }
    }

    /// The expected losses; a few bursts say little about their length.
    private func pattern(worse factor: Float) -> LossPattern {
        let expected = min(0.9, loss * factor)
        let packets = 2_000 / frameMs / Self.share
        let burst = (loss * packets + 1) / (bursts * packets + 1)
        return LossPattern(loss: expected, meanBurst: burst)
    }

    private mutating func chooseCopies(
        _ pattern: LossPattern, mayRise: Bool, at now: Instant
    ) {
        let best = cheapest(for: pattern)
        let before = pattern.residual(depth: wanted.depth, offset: wanted.offset)
        let after = pattern.residual(depth: best.depth, offset: best.offset)
        if after < before {
            let isWorth = cost(best, of: pattern) < 0.9 * cost(wanted, of: pattern)
            guard mayRise, isWorth || wanted.depth == 0 else { return }
            (wanted, changedAt) = (best, now)
        } else if best.depth < wanted.depth || best.offset < wanted.offset {
            // Fewer copies only if they would have sufficed for a while, even with somewhat more
            // loss.
            guard now - changedAt >= Self.fewerAfter else { return }
            let careful = cheapest(for: self.pattern(worse: 1.3))
            guard careful.depth < wanted.depth || careful.offset < wanted.offset else { return }
            wanted = (max(careful.depth, wanted.depth - 1), careful.offset)
            if wanted.depth == 0 { wanted.offset = 1 }
            changedAt = now - (Self.fewerAfter - Self.fewerEvery)
        }
    }

    private func cheapest(for pattern: LossPattern) -> (depth: Int, offset: Int) {
        guard pattern.loss >= Self.worthwhile else { return (depthMin, 1) }
        // Where packets are short, a loss of the same duration hits more of them.
        let offsetMax = frameMs < 10 ? 4 : 2
        var best = (depth: max(1, depthMin), offset: 1)
        var bestCost = cost(best, of: pattern)
        for depth in best.depth...Self.depthMax {
            for offset in 1...offsetMax {
                let cost = cost((depth, offset), of: pattern)
                if cost < bestCost { (best, bestCost) = ((depth, offset), cost) }
            }
        }
        return best
    }

    /// The delay of waiting for the last copy, plus the worth of the remaining losses, in
    /// milliseconds.
    private func cost(_ copies: (depth: Int, offset: Int), of pattern: LossPattern) -> Float {
        let residual = pattern.residual(depth: copies.depth, offset: copies.offset)
        return frameMs * Float(copies.depth * copies.offset) + Self.lossCost * 100 * residual
    }

    // MARK: Queues

    private mutating func narrow(at now: Instant) {
        // No more copies than now, until the path is free and wide again.
        depthCap = min(depthCap, choice.depth)
        guard now - narrowedAt >= Self.narrowEvery else { return }
        let used = max(rooms.lowerBound, choice.frameSize * (1 + choice.depth))
        // The queue is back soon after packets have grown: wait longer before the next attempt.
        let isAgain = widenedAt > narrowedAt && now - narrowedAt < .seconds(120)
        if isAgain {
            widenAfter = min(Self.widenAfterMax, widenAfter * 2)
        } else if now - narrowedAt >= .seconds(120) {
            widenAfter = Self.widenAfterMin
        }
        room = max(rooms.lowerBound, used * 3 / 4)
        narrowedAt = now
    }

    private mutating func widen(at now: Instant) {
        guard isNarrow, now - narrowedAt >= widenAfter, now - widenedAt >= Self.widenEvery
        else { return }
        widenedAt = now
        room = min(rooms.upperBound, room + max(4, room * 15 / 100))
        if room >= frameSizeRepeated * (1 + Self.depthMax) { room = rooms.upperBound }
        depthCap = min(Self.depthMax, max(depthCap, room / frameSizeRepeated - 1))
    }

    private mutating func judgeHope(_ lost: Float, _ verdict: QueueWatch.Verdict, at now: Instant) {
        let isStuck = verdict == .standing && lost >= 0.01 && room == rooms.lowerBound
        guard isStuck || lost >= 0.5 else {
            hopelessSince = nil
            choice.isHopeless = false
            return
        }
        let since = hopelessSince ?? now
        hopelessSince = since
        choice.isHopeless = now - since >= Self.hopelessAfter
    }

    // MARK: Both

    /// Fits the copies wanted against loss into the room there is.
    private mutating func compose() {
        let least = min(Self.frameSizeMin, frameSize)
        var depth = max(0, min(wanted.depth, depthCap))
        while depth > 0, least * (1 + depth) > room { depth -= 1 }
        choice.depth = depth
        choice.offset = depth == 0 ? 1 : wanted.offset
        choice.frameSize = min(depth == 0 ? frameSize : frameSizeRepeated, room / (1 + depth))
        if room == rooms.lowerBound, isNarrow, depth == 0 {
            // Packets have a least size, so a copy in place of padding is free.
            choice.frameSize = min(frameSize, max(least, room / 2))
        }
        choice.room = room
    }
}

/// The losses of a network: the share of packets, and the mean number in a row.
///
/// Gilbert's chain of two states (Bell System Technical Journal 39, 1960): a packet is lost more
/// often after a lost one than after one that came.
public struct LossPattern: Equatable, Sendable {
    /// The share of lost packets, 0...0.99.
    public let loss: Float
    /// The mean length of a loss in packets; at least that of independent losses.
    public let meanBurst: Float
    /// The correlation of a packet's loss with the next one's: 0 none, 1 full.
    private let memory: Float

    public init(loss: Float, meanBurst: Float) {
        let loss = max(0, min(loss, 0.99))
        let independent = 1 / (1 - loss)
        self.loss = loss
        self.meanBurst = max(independent, meanBurst)
        // The chances of leaving either state are 1/burst and loss/(1-loss)/burst.
        memory = 1 - independent / self.meanBurst
    }

    /// The share of frames that come neither themselves nor as one of their copies.
    ///
    /// - Parameters:
    ///   - depth: Copies of each frame.
    ///   - offset: Packets from one carrier of the frame to the next.
    /// - Returns: 0...1.
    public func residual(depth: Int, offset: Int) -> Float {
        var shared: Float = 1
        for _ in 0..<offset { shared *= memory }
        let again = loss + (1 - loss) * shared
        var residual = loss
        for _ in 0..<depth { residual *= again }
        return residual
    }
}

/// Finds out from round trips whether packets wait in a queue on the network path.
///
/// The shortest round trip of some minutes is the path without queues; the excess of the newest
/// ones is time in queues, unless packets come so unevenly that jitter explains the excess. One
/// slow answer may be chance; two in a row mean a standing queue.
struct QueueWatch: Sendable {
    enum Verdict: Equatable {
        /// No answer has come yet.
        case unknown
        case free
        /// One slow answer, or no answers any more: there may be a queue.
        case doubtful
        /// A queue that lasts.
        case standing
    }

    /// The least excess that counts as a queue; a multiple of the jitter is added.
    ///
    /// A quarter of the path's round trip is added too, because long paths vary. If times vary
    /// evenly and independently, they spread over three times the jitter, or six times if no packet
    /// may overtake another. In a full queue all packets wait equally long.
    private static let leastQueue = Duration.milliseconds(20).nanoseconds
    private static let jitters = Int64(6)
    private static let remembers = Duration.seconds(300).nanoseconds
    /// Round trips are measured once a second while sound is under way; older ones say nothing.
    private static let fresh = Duration.milliseconds(3500)

    private var way = WindowedMinimum(window: remembers)
    private var newest: (queue: Int64, at: Instant)?
    private var isSlow = false
    private var wasSlow = false

    /// Takes a round trip, measured while audio packets come as unevenly as `jitter`.
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
        // A full queue also loses PINGs.
        guard now - newest.at <= Self.fresh else { return .doubtful }
        return switch (isSlow, wasSlow) {
        case (false, _): .free
        case (true, false): .doubtful
        case (true, true): .standing
        }
    }
}
