import Audio
import Scene
import Seeds
import Testing
import Time

@Suite struct JitterBufferTests {
    private let bench = JitterBufferBench()

    struct Case: Sendable {
        let name: String
        let arrivals: [(sequence: Int, ms: Double)]
        /// From 60 ms on, every 10 ms.
        let played: [Int]
    }

    static let cases: [Case] = [
        Case(
            name: "in order",
            arrivals: [(0, 0), (1, 10), (2, 20), (3, 30), (4, 40)], played: [0, 1, 2, 3, 4]),
        Case(
            name: "overtaking each other",
            arrivals: [(1, 0), (0, 1), (3, 2), (2, 3), (4, 4)], played: [0, 1, 2, 3, 4]),
        Case(
            name: "twice",
            arrivals: [(0, 0), (0, 1), (1, 2), (1, 30), (2, 31)], played: [0, 1, 2]),
        Case(
            name: "one lost: invented once, then on without a shift",
            arrivals: [(0, 0), (1, 10), (3, 30), (4, 40)], played: [0, 1, -1, 3, 4]),
        Case(
            name: "three lost in a row",
            arrivals: [(0, 0), (4, 40), (5, 50)], played: [0, -1, -1, -1, 4, 5]),
        Case(
            name: "a sequence that wraps",
            arrivals: [(65_534, 0), (65_535, 10), (0, 20), (1, 30)], played: [254, 255, 0, 1]),
    ]

    @Test(arguments: cases)
    func packetsArePlayedInOrder(example: Case) {
        for (sequence, ms) in example.arrivals { bench.insert(sequence, at: ms) }
        for (block, expected) in example.played.enumerated() {
            #expect(bench.pull(at: 60 + Double(block) * 10) == expected, "\(example.name)")
        }
    }

    @Test func latePacketsAreRefusedAndCounted() {
        bench.insert(0, at: 0)
        bench.insert(2, at: 20)
        for (block, expected) in [0, -1, 2].enumerated() {
            #expect(bench.pull(at: 60 + Double(block) * 10) == expected)
        }
        #expect(bench.insert(1, at: 85) == .late)
        #expect(bench.insert(0, at: 86) == .duplicate)
        #expect(bench.totals.late == 1)
        #expect(bench.totals.duplicates == 1)
    }

    static let foreign: [[UInt8]] = [
        [],
        // Code 3 without its count of frames.
        [14 << 3 | 3],
        // Longer than any frame of this protocol.
        [UInt8](repeating: 14 << 3, count: 401),
        // 60 ms.
        [3 << 3, 1, 2],
        // 40 ms.
        [2 << 3, 1, 2],
    ]

    @Test(arguments: foreign)
    func whatIsNoFrameOfOursIsRefused(payload: [UInt8]) {
        bench.payload = payload
        #expect(bench.insertPayload() == .malformed)
        #expect(bench.totals.malformed == 1)
        #expect(!bench.isActive)
    }

    // The three mistakes voice.md §1.3 warns of.

    @Test func delayDoesNotOscillateAcrossTheBlockGrid() {
        // A jitter that exactly fits between two blocks must not be cut and restored for ever.
        var changes = 0
        var last = 0
        for i in 0..<2_000 {
            let ms = Double(i) * 10
            bench.insert(i, at: ms + Double(i % 4))
            guard bench.pull(at: ms + 35) != nil else { continue }
            let samples = bench.buffer.correction(buffered: 0).samples
            if samples.signum() != last.signum() { changes += 1 }
            last = samples
        }
        #expect(changes <= 4)
    }

    @Test(arguments: [30.0, 100, 200])
    func aWayThatBecameLongerIsWaitedForOnce(more: Double) {
        for i in 0..<3_000 {
            let moment = Double(i) * 10 + (i < 600 ? 0 : more)
            bench.insert(i, at: moment)
            _ = bench.pull(at: moment + 5)
            // When the old path is forgotten, nothing is late any more.
            if i > 1_650 { #expect(bench.buffer.targetDelay <= .milliseconds(10)) }
        }
    }

    @Test func aSingleLossCostsNoDelay() {
        // Below one packet of delay a loss looks like a late packet until its successor comes.
        var played: [Int?] = []
        for i in 0..<100 {
            if i % 10 != 7 { bench.insert(i, at: Double(i) * 10) }
            played.append(bench.pull(at: Double(i) * 10 + 35))
        }
        let sound = played.compactMap { $0 }
        #expect(sound == (0..<sound.count).map { $0 % 10 == 7 ? -1 : $0 })
    }

    @Test func theNextIsLateOnlyWhereNothingIsHereToGoOnWith() {
        var late = [bench.buffer.isNextLate]
        for i in [0, 1, 3, 4] { bench.insert(i, at: Double(i) * 10) }
        late.append(bench.buffer.isNextLate)
        // 2 is lost: 3 is here. After 4 there is nothing.
        for block in 0..<5 {
            _ = bench.pull(at: 60 + Double(block) * 10)
            late.append(bench.buffer.isNextLate)
        }
        #expect(late == [false, false, false, false, false, false, true])
        // Sound that was invented already is not late any more, and the last frame has no next.
        _ = bench.pull(at: 110)
        late = [bench.buffer.isNextLate]
        bench.insert(5, at: 112, last: true)
        _ = bench.pull(at: 120)
        late.append(bench.buffer.isNextLate)
        #expect(late == [false, false])
    }

    @Test(arguments: [60, 128]) func aBeginningThatHadToMakeRoomIsLeftOut(frames: Int) {
        bench.payload = [UInt8](repeating: 14 << 3, count: 400)
        for i in 0..<frames { bench.insert(i, at: 0, start: true) }
        #expect(bench.pull(at: 300) == frames - 40)
    }

    @Test func aStallCostsOneGapAndNotItsPackets() {
        // 100 ms nothing, then all at once: holding the pointer plays every packet.
        var played: [Int?] = []
        var next = 0
        for block in 0..<60 {
            let ms = Double(block) * 10
            while next < 50, Double(next) * 10 <= ms, !(200..<260).contains(ms) {
                bench.insert(next, at: ms)
                next += 1
            }
            played.append(bench.pull(at: ms + 5))
        }
        let sound = played.compactMap { $0 }
        #expect(sound.filter { $0 >= 0 } == Array(0..<sound.filter { $0 >= 0 }.count))
        #expect(sound.filter { $0 < 0 }.count <= 7)
    }

    // Talkspurts.

    @Test func spurtEndEndsAndItsRepeatsDoNothing() {
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10, start: true) }
        bench.buffer.end(last: 9)
        for i in 0..<10 { #expect(bench.pull(at: 100 + Double(i) * 10) == i) }
        #expect(bench.pull(at: 200) == nil)
        bench.buffer.end(last: 9)
        // The next talkspurt continues the sequence; a third repeat arrives during it.
        for i in 10..<20 { bench.insert(i, at: 200 + Double(i) * 10, start: true) }
        bench.buffer.end(last: 9)
        for i in 10..<20 { #expect(bench.pull(at: 310 + Double(i) * 10) == i) }
        #expect(bench.totals.concealedMs == 0)
        #expect(bench.totals.spurts == 2)
    }

    @Test func anEndWhoseLastPacketsAreLostIsFilledAndEnds() {
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10) }
        bench.buffer.end(last: 11)
        let played = (0..<14).map { bench.pull(at: 130 + Double($0) * 10) }
        #expect(played == (0..<10).map { $0 } + [-1, -1, nil, nil])
    }

    @Test func aNewSpurtBehindAnUnfinishedOneIsKept() {
        for i in 0..<15 { bench.insert(i, at: Double(i) * 10, start: i < 10) }
        // The end was lost; the key is down again before all was played.
        for i in 15..<25 { bench.insert(i, at: 150, start: true) }
        let played = (0..<40).compactMap { bench.pull(at: 151 + Double($0) * 10) }
        #expect(played.filter { $0 >= 0 } == Array(0..<25))
        #expect(bench.totals.spurts == 2)
    }

    // Bounds.

    @Test func aJumpFarAheadStartsAnew() {
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10) }
        #expect(bench.pull(at: 100) == 0)
        #expect(bench.insert(5_000, at: 110) == .restarted)
        #expect(bench.insert(5_001, at: 120) == .accepted)
        #expect(bench.pull(at: 150) == 5_000 & 255)
        #expect(bench.pull(at: 160) == 5_001 & 255)
    }

    @Test func aSenderThatCountsAnewIsHeardAgain() {
        for i in 0..<10 { bench.insert(20_000 + i, at: Double(i) * 10) }
        #expect(bench.pull(at: 100) == 20_000 & 255)
        let accepted = (0..<100).filter { bench.insert($0, at: 120 + Double($0) * 10) == .accepted }
        #expect(accepted.count >= 50)
    }

    @Test func tenSecondsOfNothingStartAnew() {
        bench.insert(100, at: 0, start: true, last: true)
        _ = bench.pull(at: 40)
        _ = bench.pull(at: 50)
        #expect(bench.insert(50, at: 60, start: true) == .late)
        #expect(bench.insert(50, at: 10_070, start: true) == .accepted)
    }

    @Test func randomNetworksNeverBreakOrderNorBounds() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<20 {
            let bench = JitterBufferBench()
            var waiting: [(Double, Int)] = []
            let loss = random.unit() * 0.3
            let spread = random.unit() * 150
            for i in 0..<1_000 where random.unit() > loss {
                waiting.append((Double(i) * 10 + random.unit() * spread, i))
                if random.unit() < 0.05 { waiting.append((Double(i) * 10 + 200, i)) }
            }
            waiting.sort { $0.0 < $1.0 }
            var next = 0
            var newest = -1
            for block in 0..<1_050 {
                let now = Double(block) * 10
                while next < waiting.count, waiting[next].0 <= now {
                    bench.insert(waiting[next].1, at: waiting[next].0)
                    next += 1
                }
                guard let byte = bench.pull(at: now), byte >= 0 else { continue }
                // The model: each frame played is newer than all before, and none is from the
                // future.
                let number = newest + 1 + ((byte - (newest + 1)) & 255)
                #expect(number > newest && number * 10 <= Int(now) + 1, "seed \(seed)")
                #expect(Int(now) - number * 10 < 700, "seed \(seed)")
                newest = number
            }
        }
    }

    @Test func anotherFrameDurationStartsAnew() {
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10) }
        bench.payload = [UInt8](repeating: 15 << 3, count: 60)
        for i in 10..<15 { #expect(bench.insert(i, at: Double(i) * 10) == .accepted) }
        #expect(bench.totals.restarts == 1)
        #expect(bench.pull(at: 200) == 10)
    }

    // Redundancy and statistics.

    @Test func aCopyFillsTheHoleAndIsStillALoss() {
        for i in 0..<100 {
            if i % 10 != 5 {
                bench.insert(i, at: Double(i) * 10)
                if i > 0 { bench.insert(i - 1, at: Double(i) * 10, copy: true) }
            }
            if i >= 4 { #expect(bench.pull(at: Double(i) * 10 + 1) == i - 4) }
        }
        let report = bench.buffer.report(at: instant(1_000))
        #expect((22...28).contains(report.loss256))
        #expect(report.burst8 == 8)
        #expect(bench.totals.concealedMs == 0)
        #expect(bench.totals.duplicates == 0)
    }

    @Test func reportSpeaksOfTheLastSeconds() {
        // 4 s at 20 % loss in pairs, then 2 s clean.
        for i in 0..<620 {
            if i < 400 && i % 10 >= 8 { continue }
            bench.insert(i, at: Double(i) * 10 + (i % 2 == 0 ? 0 : 1))
            _ = bench.pull(at: Double(i) * 10 + 35)
            if i == 399 || i == 397 {
                let report = bench.buffer.report(at: instant(Double(i) * 10))
                #expect((48...54).contains(report.loss256))
                #expect((15...17).contains(report.burst8))
            }
        }
        let report = bench.buffer.report(at: instant(6_199))
        #expect(report.loss256 == 0 && report.burst8 == 0)
        #expect(report.highestSequence == 619)
        #expect((95...101).contains(report.received))
        #expect(report.concealedMs == 0)
        // |D| is 1 ms each time: the estimator converges to 1 ms.
        #expect((9...11).contains(report.jitter))
        #expect(bench.totals.lost == 80)
    }

    /// Frame 19 of 30 is lost; each packet has a copy of the frame this many before it.
    @Test(arguments: [(1, 1, 0), (6, 0, 1)])
    func aCopyMendsOnlyWhatCanStillBePlayed(reach: Int, recovered: Int, lost: Int) {
        for i in 0..<30 {
            let now = Double(i) * 10
            if i != 19 {
                bench.insert(i, at: now)
                if i >= reach { bench.insert(i - reach, at: now, copy: true) }
            }
            _ = bench.pull(at: now + 5)
        }
        #expect(bench.totals.recovered == recovered && bench.totals.lost == lost)
    }

    @Test func copiesThatCameInVainTeachToWait() {
        // Each 20th packet is lost; a copy of its frame comes with the sixth after it.
        for i in 0..<800 {
            if i % 20 != 10 { bench.insert(i, at: Double(i) * 10) }
            if i % 20 == 16 { bench.insert(i - 6, at: Double(i) * 10, copy: true) }
            _ = bench.pull(at: Double(i) * 10 + 1)
        }
        #expect((60...70).contains(bench.buffer.targetDelay.milliseconds))
    }
}

@Suite struct JitterBufferLossesTests {
    private let bench = JitterBufferBench()

    /// A pre-roll is sent at once, and its last packet overtakes most of it; one never comes.
    @Test func whatIsOvertakenAndPlayedIsNotLost() {
        for i in 0..<3 { bench.insert(i, at: 0, start: true) }
        for i in [19] + Array(3..<11) + Array(12..<19) { bench.insert(i, at: 2, start: true) }
        #expect(bench.totals.lost == 0)
        var played: [Int] = []
        for i in 20..<50 {
            let now = Double(i - 19) * 10
            bench.insert(i, at: now)
            if let byte = bench.pull(at: now + 25) { played.append(byte) }
        }
        #expect(played == (0..<played.count).map { $0 == 11 ? -1 : $0 })
        #expect(bench.totals.lost == 1 && bench.totals.recovered == 0)
        #expect(bench.totals.late == 0 && bench.totals.concealedMs == 10)
    }

    /// Its copy came earlier, and so did five packets behind that.
    @Test func whatComesItselfBeforeItsTurnWasNotRepaired() {
        for i in [0, 2] { bench.insert(i, at: 0, start: true) }
        bench.insert(1, at: 0, start: true, copy: true)
        for i in 3..<8 { bench.insert(i, at: 1, start: true) }
        #expect(bench.insert(1, at: 2, start: true) == .accepted)
        for i in 8..<30 {
            bench.insert(i, at: Double(i - 7) * 10)
            _ = bench.pull(at: Double(i - 7) * 10 + 25)
        }
        let totals = bench.totals
        #expect(totals.received == 30 && totals.duplicates == 0, "\(totals)")
        #expect(totals.recovered == 0 && totals.lost == 0, "\(totals)")
    }
}

@Suite struct JitterBufferCopiesTests {
    private let bench = JitterBufferBench()

    @Test func aStarvedTalkspurtIsNotOverWhileTheNextOneWaits() {
        for i in 0..<10 { bench.insert(i, at: Double(i) * 10) }
        for block in 0..<30 { _ = bench.pull(at: 105 + Double(block) * 10) }
        #expect(!bench.isActive)
        bench.insert(40, at: 410, start: true)
        #expect(bench.isActive)
        let played = (0..<10).compactMap { bench.pull(at: 415 + Double($0) * 10) }
        #expect(played.contains(40))
    }

    /// A later packet overtook the first packets, and the last of them came twice.
    @Test func aCopyBeginsNoTalkspurt() {
        for i in [0, 1, 5] { bench.insert(i, at: Double(i) * 10, start: true) }
        bench.insert(2, at: 51)
        bench.insert(5, at: 60, start: true)
        bench.insert(4, at: 60, start: true, copy: true)
        let played = (0..<60).compactMap { bench.pull(at: 65 + Double($0) * 10) }
        #expect(Array(played.prefix(6)) == [0, 1, 2, -1, 4, 5])
        #expect(!bench.isActive, "nothing came any more")
    }
}
