import Audio
import Scene
import Seeds
import Testing
import Time

@testable import Intercomd
@testable import Media
@testable import Station

@Suite struct LatencyTrialTests {
    /// Noise of about -39 dBFS before the first sweep, in blocks of every profile.
    @Test(arguments: [120, 240, 480])
    func theNoiseOfTheRoomIsMeasuredInBlocksOfAnySize(count: Int) {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        var trial = LatencyTrial(
            caller: CallerTicket(place: 0, number: 1), peer: 0, at: Instant(nanoseconds: 0))
        #expect(!trial.hasBegun)
        for place in stride(from: 0, to: 14_400, by: count) {
            var block = SoundBlock()
            (block.position, block.trialPlace, block.count) = (1_000 + place, place, count)
            for index in 0..<count {
                block.samples[index] = Int16.random(in: -640...640, using: &random)
            }
            trial.hear(block)
        }
        #expect(trial.hasBegun)
        #expect(abs(trial.noiseFloor + 39) < 1.5, "\(trial.noiseFloor) dBFS, seed \(seed)")
    }
}
