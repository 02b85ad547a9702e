import Seeds
import Testing
import Time

@testable import Audio

/// A card with a fixed drift, whose periods are reported late by random times.
private struct Card {
    let ppm: Double
    /// Mean lateness of a wake, ns.
    var late = 100_000.0
    var period = 480
    var random: SplitMix64

    /// The reports a loop gets in so many seconds, starting when its clock shows `from`.
    mutating func run(_ drift: inout ClockDrift, seconds: Double, from: Int = 0) {
        var position = from
        while Double(position - from) / 48_000 < seconds {
            position += period
            let true_ = Double(position) * 1e9 / 48_000 / (1 + ppm / 1e6)
            // Mostly prompt, sometimes very late.
            let lateness = late * random.unit() * (random.unit() < 0.05 ? 20 : 1)
            drift.add(position: position, at: Instant(nanoseconds: Int64(true_ + lateness)))
        }
    }
}

@Suite struct ClockDriftTests {
    private var drift = ClockDrift()

    @Test(arguments: [-300.0, -100, -3, 0, 1, 80, 100, 250])
    mutating func findsTheDriftOfALateTellingCard(ppm: Double) throws {
        let seed = testSeed()
        var card = Card(ppm: ppm, random: SplitMix64(seed: seed))
        card.run(&drift, seconds: 180)
        let found = try #require(drift.estimate)
        #expect(abs(found.ppm - ppm) < 0.5, "seed \(seed): \(found)")
        #expect(abs(found.ppm - ppm) < 2 * found.uncertaintyPPM, "seed \(seed): \(found)")
        #expect(found.uncertaintyPPM < 2, "seed \(seed): \(found)")
    }

    @Test func theUncertaintyIsHonestAndShrinks() throws {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var (outside, tries) = (0, 0)
        var means: [Double] = []
        for seconds in [20.0, 60, 300] {
            var sum = 0.0
            for _ in 0..<20 {
                var card = Card(
                    ppm: 200 * random.unit() - 100, late: 2_000_000,
                    random: SplitMix64(seed: random.next()))
                var drift = ClockDrift()
                card.run(&drift, seconds: seconds)
                let found = try #require(drift.estimate)
                sum += found.uncertaintyPPM
                tries += 1
                if abs(found.ppm - card.ppm) > found.uncertaintyPPM { outside += 1 }
            }
            means.append(sum / 20)
        }
        // 5 of 100 may be outside the interval; chance leaves room for 3 times that.
        #expect(outside <= tries * 15 / 100, "seed \(seed)")
        #expect(means[1] < means[0] / 2 && means[2] < means[1] / 2, "seed \(seed): \(means)")
    }

    @Test mutating func hoursFitIn() throws {
        let seed = testSeed()
        var card = Card(ppm: 37, period: 4_800, random: SplitMix64(seed: seed))
        card.run(&drift, seconds: 20_000)
        let found = try #require(drift.estimate)
        #expect(abs(found.ppm - 37) < 0.02, "seed \(seed): \(found)")
    }

    @Test mutating func aShortLookSaysNothing() {
        var card = Card(ppm: 100, random: SplitMix64(seed: 1))
        card.run(&drift, seconds: 5)
        #expect(drift.estimate == nil)
    }

    /// An hour without reports while the card went on; another start, whose line is another.
    @Test(arguments: [48_000 * 3_600, nil]) mutating func aCardThatSleptIsNoTrouble(from: Int?)
        throws
    {
        var card = Card(ppm: 50, random: SplitMix64(seed: 2))
        card.run(&drift, seconds: 60)
        if from == nil {
            drift.reset()
            #expect(drift.estimate == nil)
        }
        card.run(&drift, seconds: 60, from: from ?? 999)
        let found = try #require(drift.estimate)
        #expect(abs(found.ppm - 50) < 1, "\(found)")
    }

    /// A loop with a share of a processor: for a while it falls behind more and more, and reports
    /// that.
    private func driftOfAStarvedLoop(says: Bool, wholeSeconds: Int, seed: UInt64) -> ClockDrift {
        var random = SplitMix64(seed: seed)
        var drift = ClockDrift()
        var starvedUntil = 0
        for period in 1...60 * 100 {
            let second = period / 100
            // Starved for two seconds between the times it may run.
            let isStarved = second % (wholeSeconds + 2) >= wholeSeconds
            let due = Double(period) * 1e7 / (1 + 20e-6)
            let late = isStarved ? 10e6 + Double(second) * 1e6 : 100e3 * random.unit()
            let now = Instant(nanoseconds: Int64(due + late))
            drift.add(position: period * 480, at: now)
            if isStarved { starvedUntil = period + 10 }
            if says, period % 10 == 0, period <= starvedUntil { drift.distrust(at: now) }
        }
        return drift
    }

    @Test func aLoopThatIsKeptFromLookingStillKnowsTheClock() throws {
        let seed = testSeed()
        for whole in [3, 5, 9] {
            let drift = driftOfAStarvedLoop(says: true, wholeSeconds: whole, seed: seed)
            let found = try #require(drift.estimate)
            #expect(abs(found.ppm - 20) < 1, "\(whole) s, seed \(seed): \(found)")
            let misled = driftOfAStarvedLoop(says: false, wholeSeconds: whole, seed: seed)
            #expect(abs(try #require(misled.estimate).ppm - 20) > 10, "seed \(seed)")
        }
    }

    @Test func aLoopThatNeverLooksInTimeKnowsNothing() throws {
        let drift = driftOfAStarvedLoop(says: true, wholeSeconds: 0, seed: 1)
        #expect(drift.estimate == nil)
    }
}
