import Audio
import Seeds
import Testing
import Time

private let start = Instant(nanoseconds: 5_000_000_000_000)

/// A network path that loses as set and is reported on once a second, and the resulting choice.
private struct Way {
    var redundancy: Redundancy
    var now = start
    /// Bytes per second that pass; the excess waits in a queue and is lost.
    var capacity: Int?
    let packets: Int
    private var queue: Int64 = 0

    init(
        samples: Int = 480, size: Int = 40, repeated: Int? = nil, depthMin: Int = 0,
        calmSeconds: Int = 0
    ) {
        redundancy = Redundancy(
            frameSamples: samples, frameSize: size, frameSizeRepeated: repeated ?? size,
            rooms: 59...1172, depthMin: depthMin)
        packets = 48_000 / samples
        pass(seconds: calmSeconds, loss: 0)
    }

    var choice: Redundancy.Choice { redundancy.choice }
    var packetSize: Int {
        51 + max(64, 5 + choice.frameSize * (1 + choice.depth))
    }

    /// One second, with these losses if there is room for all packets.
    mutating func pass(
        loss: Double, burst: Double = 0, roundTrip: Duration? = .milliseconds(4),
        jitter: Duration = .milliseconds(1)
    ) {
        now = now + .seconds(1)
        var lost = min(0.99, loss)
        var wait = roundTrip
        if let capacity {
            let sent = packetSize * packets
            let excess = max(0, 1 - Double(capacity) / Double(sent))
            lost = min(0.99, 1 - (1 - loss) * (1 - excess))
            queue = excess > 0 ? 150 : 0
            wait = roundTrip.map { $0 + .milliseconds(queue) }
        }
        if let wait { redundancy.add(roundTrip: wait, at: now) }
        let independent = lost > 0 ? 1 / (1 - lost) : 0
        redundancy.report(
            loss256: UInt8(clamping: Int((lost * 256).rounded())),
            burst8: UInt8(clamping: Int((max(burst, independent) * 8).rounded())),
            jitter: jitter, at: now)
    }

    mutating func pass(seconds: Int, loss: Double, burst: Double = 0) {
        for _ in 0..<seconds { pass(loss: loss, burst: burst) }
    }
}

@Suite struct RedundancyTests {
    private var way = Way()

    @Test(arguments: [
        (0.0, 0), (0.001, 0), (0.01, 1), (0.025, 1), (0.05, 2), (0.1, 2), (0.15, 3), (0.3, 4),
    ])
    mutating func depthFollowsLoss(loss: Double, depth: Int) {
        way.pass(seconds: 40, loss: loss)
        #expect(way.choice.depth == depth)
        #expect(way.choice.frameSize == 40)
        #expect(way.choice.offset == 1)
    }

    /// The measured best choices for bursts of 30 ms with 10 ms frames, and of 60 ms with 20 ms
    /// frames; shorter frames follow from these: a loss of the same duration takes more packets.
    @Test(arguments: [(480, 3.0, 4, 2), (960, 3.0, 3, 2), (240, 6.0, 4, 4), (120, 12.0, 4, 4)])
    func copiesLieFartherApartThanLossesAreLong(
        samples: Int, burst: Double, depth: Int, offset: Int
    ) {
        var way = Way(samples: samples)
        way.pass(seconds: 40, loss: 0.1, burst: burst)
        #expect(way.choice.depth == depth)
        #expect(way.choice.offset == offset)
    }

    @Test mutating func risesWithTheFirstReportAndFallsSlowly() {
        way.pass(seconds: 20, loss: 0)
        way.pass(loss: 0.1)
        #expect(way.choice.depth == 2)
        way.pass(seconds: 20, loss: 0.1)
        way.pass(seconds: 5, loss: 0)
        #expect(way.choice.depth == 2)
        way.pass(seconds: 60, loss: 0)
        #expect(way.choice.depth == 0)
    }

    @Test mutating func oneLostPacketIsNoReason() {
        way.pass(seconds: 20, loss: 0)
        way.pass(loss: 0.005)
        way.pass(loss: 0.005)
        way.pass(seconds: 20, loss: 0)
        #expect(way.choice.depth == 0)
    }

    @Test func aCopyIsAlwaysThereWhereToldSo() {
        var way = Way(depthMin: 1)
        #expect(way.choice.depth == 1)
        way.pass(seconds: 60, loss: 0)
        #expect(way.choice.depth == 1)
    }

    /// Each byte of a repeated frame is sent more than once: such frames are shorter.
    @Test func framesAreShorterWhileTheyAreRepeated() {
        var way = Way(size: 58, repeated: 48, calmSeconds: 10)
        #expect(way.choice.depth == 0 && way.choice.frameSize == 58)
        way.pass(loss: 0.1)
        #expect(way.choice.depth == 2 && way.choice.frameSize == 48)
        way.pass(seconds: 80, loss: 0)
        #expect(way.choice.depth == 0 && way.choice.frameSize == 58)
        // Frames with copies are never longer than frames without.
        var thin = Way(size: 30, repeated: 48)
        thin.pass(seconds: 10, loss: 0.1)
        #expect(thin.choice.frameSize == 30)
    }

    @Test func lossWithAQueueMakesPacketsSmallerAndAddsNoCopies() {
        var way = Way(size: 80, calmSeconds: 10)
        let before = way.packetSize
        way.capacity = 100 * 125
        for _ in 0..<30 {
            way.pass(loss: 0)
            #expect(way.choice.depth == 0)
            #expect(way.packetSize <= before)
        }
        #expect(way.choice.frameSize < 80)
        #expect(way.packetSize <= 125)
        // The same loss without a queue has another effect.
        var open = Way(size: 80)
        open.pass(seconds: 30, loss: 0.1)
        #expect(open.choice.depth == 2 && open.choice.frameSize == 80)
    }

    @Test mutating func aNarrowWayTakesCopiesBackAndTheSmallestPacketHasRoomForOne() {
        way.pass(seconds: 20, loss: 0.05)
        #expect(way.choice.depth == 2)
        way.capacity = 100 * 100
        for _ in 0..<40 { way.pass(loss: 0.05) }
        // Copies lie in padding, or there are none.
        #expect(way.choice.depth < 2 || way.choice.frameSize < 40)
        var narrow = Way(calmSeconds: 10)
        narrow.capacity = 100 * 80
        for _ in 0..<20 { narrow.pass(loss: 0) }
        #expect(narrow.choice.depth == 0)
        #expect(narrow.choice.frameSize == 29)
        #expect(narrow.choice.isHopeless)
    }

    @Test func packetsGrowAgainSlowlyWhenTheQueueIsGone() {
        var way = Way(size: 80, calmSeconds: 10)
        way.capacity = 100 * 100
        for _ in 0..<10 { way.pass(loss: 0) }
        let small = way.choice.frameSize
        way.capacity = nil
        way.pass(seconds: 5, loss: 0)
        #expect(way.choice.frameSize == small)
        way.pass(seconds: 120, loss: 0)
        #expect(way.choice.frameSize == 80)
        #expect(!way.redundancy.isNarrow)
        #expect(!way.choice.isHopeless)
    }

    /// Lost packets, and late ones, without a queue: sizes stay, copies help.
    ///
    /// The same delay of all packets is a queue.
    @Test(arguments: [(12, 40), (2, 29)])
    mutating func lossAndJitterAreNoQueue(jitterMs: Int, size: Int) {
        way.pass(seconds: 10, loss: 0)
        for second in 0..<30 {
            way.pass(
                loss: 0.1, roundTrip: .milliseconds(4 + 40 + second % 4 * 13),
                jitter: .milliseconds(jitterMs))
        }
        #expect(way.choice.frameSize == size)
        #expect((way.choice.depth == 2) == (size == 40))
    }

    /// Once may be chance: one lost packet while a web page loads.
    @Test func lossAndAQueueMustStayTogether() {
        var way = Way(size: 80, calmSeconds: 10)
        for _ in 0..<10 {
            way.pass(loss: 0, roundTrip: .milliseconds(90))
            way.pass(loss: 0.02, roundTrip: .milliseconds(90))
            way.pass(loss: 0, roundTrip: .milliseconds(90))
        }
        #expect(way.choice.frameSize == 80)
        way.pass(loss: 0.02, roundTrip: .milliseconds(90))
        way.pass(loss: 0.02, roundTrip: .milliseconds(90))
        #expect(way.choice.frameSize < 80)
    }

    @Test mutating func withoutRoundTripsLossAloneCounts() {
        for _ in 0..<10 { way.pass(loss: 0.1, roundTrip: nil) }
        #expect(way.choice.depth == 2)
    }

    @Test func whateverIsReportedTheChoiceIsInRange() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        func dice() -> Double { Double.random(in: 0..<1, using: &random) }
        for samples in [120, 240, 480, 960] {
            for size in [15, 40, 60, 160, 320] {
                let repeated = dice() < 0.5 ? size : size * 4 / 5
                var way = Way(
                    samples: samples, size: size, repeated: repeated,
                    depthMin: dice() < 0.5 ? 0 : 1)
                var base = 0.0
                for _ in 0..<300 {
                    if dice() < 0.1 { base = dice() * dice() }
                    if dice() < 0.05 {
                        way.capacity = dice() < 0.5 ? nil : Int(dice() * 400) * way.packets
                    }
                    let roundTrip: Duration? = dice() < 0.8 ? .milliseconds(Int(dice() * 300)) : nil
                    way.pass(loss: base, burst: dice() * 20, roundTrip: roundTrip)
                    let choice = way.choice
                    #expect((0...4).contains(choice.depth), "seed \(seed)")
                    #expect((1...4).contains(choice.offset), "seed \(seed)")
                    #expect((min(29, repeated)...size).contains(choice.frameSize), "seed \(seed)")
                    #expect(
                        choice.frameSize * (1 + choice.depth) <= min(choice.room, 1172),
                        "seed \(seed)")
                }
            }
        }
    }
}
