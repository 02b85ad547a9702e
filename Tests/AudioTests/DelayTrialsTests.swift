import Seeds
import Testing

@testable import Audio

@Suite struct DelayTrialsTests {
    private func trials(of late: [Float], lateCost: Int = 20) -> DelayTrials {
        var trials = DelayTrials(block: 10)
        trials.see(late)
        trials.weigh(lateCost: lateCost)
        return trials
    }

    @Test func aLongerDelayIsChosenOnlyIfItSavesMore() {
        // One of 50 frames comes 40 ms late: 6 % of the sound is invented without any delay.
        let late = (0..<1_500).map { $0 % 50 == 0 ? Float(40) : 2 }
        var trials = trials(of: late, lateCost: 1)
        #expect(trials.target(delayMax: 240) < 12)
        trials.weigh(lateCost: 20)
        #expect((40...46).contains(trials.target(delayMax: 240)))
        #expect(trials.target(delayMax: 30) <= 30)
    }

    @Test func whereLateFramesComeInGroupsDelayIsKeptAWhile() {
        // Every 10 s the network stops four times, 400 ms apart, and once alone.
        let groups = (0..<2_000).map { i in
            i % 1_000 < 160 ? max(2, 100 - 10 * Float(i % 40)) : 2
        }
        #expect(trials(of: groups).patience(at: 10 * 48) >= 250)
        let lonely = (0..<2_000).map { max(2, 100 - 10 * Float($0 % 1_000)) }
        #expect(trials(of: lonely).patience(at: 10 * 48) == 0)
    }

    /// Every tenth frame, or every tenth and the next, comes 60 ms late, the others in time: a
    /// delay below 60 ms saves nothing, and 10 ms are invented for each, or 20.
    @Test(arguments: [(1, 210), (2, 410)] as [(Int, Float)])
    func whatComesAfterItsSuccessorIsALossAtAnyDelayBelow(count: Int, cost: Float) {
        var trials = DelayTrials(block: 10)
        for i in 0..<1_500 {
            let following = SIMD4<Float>(count == 2 && i % 10 == 0 ? 60 : 0, 0, 0, 0)
            trials.observe(
                late: i % 10 < count ? 60 : 0, following: following, frame: 10, grain: 10)
        }
        trials.weigh(lateCost: 20)
        let (short, longer) = (trials.cost(at: 5 * 48), trials.cost(at: 40 * 48))
        #expect(abs(short - cost) < 5 && abs(longer - short - 30) < 1)
    }

    @Test func oneEarlyPacketDoesNotMakeTheOthersQuickerForGood() {
        // Measured by a base found only lately, by one packet that was 30 ms quicker.
        let late = (0..<1_500).map { $0 % 20 == 0 ? Float(40) : 2 }
        var trials = trials(of: late)
        let before = trials.target(delayMax: 240)
        trials.baseFell()
        trials.see((0..<20).map { _ in Float(32) })
        trials.baseRose(by: 30)
        trials.weigh(lateCost: 20)
        #expect(trials.target(delayMax: 240) >= before - 4)
        // If all had been measured by it, they would have moved.
        trials.baseRose(by: 30)
        trials.weigh(lateCost: 20)
        #expect(trials.target(delayMax: 240) < before - 20)
    }

    @Test func whatShareCameLaterIsKnown() {
        // One of ten comes 12 ms late and one of 50 comes 40 ms late; so much early is in time.
        let late = (0..<1_500).map { $0 % 50 == 7 ? Float(40) : $0 % 10 == 0 ? 12 : 2 }
        var trials = trials(of: late)
        let margin: Float = 3
        for (delay, share) in [(Float(8), Float(0.12)), (20, 0.02), (44, 0)] {
            let found = trials.lateShare(at: Int64((delay + margin) * 48))
            #expect(abs(found - share) < 0.005, "\(delay) ms: \(found)")
        }
        // Where the path is 10 ms longer for good, each is 10 ms less late.
        trials.baseRose(by: 10)
        trials.weigh(lateCost: 20)
        let found = trials.lateShare(at: Int64((10 + margin) * 48))
        #expect(abs(found - 0.02) < 0.005, "\(found)")
        trials.reset()
        #expect(trials.lateShare(at: 0) == 0)
    }

    @Test func nothingIsKnownAtFirst() {
        var trials = DelayTrials(block: 10)
        var telling = [trials.isTelling(repeats: false)]
        trials.see((0..<49).map { _ in 3 })
        telling.append(trials.isTelling(repeats: false))
        trials.see([3, 3])
        telling.append(trials.isTelling(repeats: false))
        trials.reset()
        telling.append(trials.isTelling(repeats: false))
        #expect(telling == [false, false, true, false])
    }
}

extension DelayTrials {
    /// Frames of 10 ms that came this much later than the quickest, in ms.
    fileprivate mutating func see(_ late: [Float]) {
        for (i, one) in late.enumerated() {
            var following = SIMD4<Float>(repeating: .infinity)
            for k in 0..<4 where i + 1 + k < late.count { following[k] = late[i + 1 + k] }
            observe(late: one, following: following, frame: 10, grain: 10)
        }
    }
}

@Suite struct WindowedMinimumTests {
    @Test func isTheLeastOfOneToTwoWindows() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var minimum = WindowedMinimum(window: 100)
        #expect(minimum.value == nil)
        var seen: [(moment: Int64, value: Int64)] = []
        var moment: Int64 = 0
        for _ in 0..<2_000 {
            // A long gap forgets both windows.
            moment += Int64(random.unit() * (random.unit() < 0.01 ? 1_000 : 20))
            let value = Int64(random.unit() * 1_000)
            minimum.add(value, at: moment)
            seen.append((moment, value))
            let ofOne = seen.filter { $0.moment > moment - 100 }.map(\.value).min() ?? .max
            let ofTwo = seen.filter { $0.moment > moment - 220 }.map(\.value).min() ?? .max
            let got = minimum.value ?? .max
            #expect(got <= ofOne || got <= value, "seed \(seed)")
            #expect(got >= ofTwo, "seed \(seed)")
        }
    }
}
