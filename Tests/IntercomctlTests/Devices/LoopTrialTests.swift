import Seeds
import Testing

@testable import Intercomctl

/// What a microphone gets: random sound, and what was played by some share and so much later.
private func recording(
    share: Double, delay: Int, offset: Int, seed: UInt64, onlyFirst: Bool = false
) -> SoundTrial.Heard {
    var state = seed
    let played = LoopTrial().sound
    var sound = [Int16](repeating: 0, count: played.count)
    for index in sound.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        sound[index] = Int16(truncatingIfNeeded: Int64(bitPattern: state) >> 58)
    }
    for (index, sample) in played.enumerated() {
        let place = index + offset + delay
        guard sound.indices.contains(place), !onlyFirst || index < 40_000 else { continue }
        sound[place] += Int16(Double(sample) * share)
    }
    return SoundTrial.Heard(sound: sound, offset: offset)
}

@Suite struct LoopTrialTests {
    private let seed = testSeed()

    @Test func silenceIsNotHeardAndOnceIsNotEnough() {
        for (share, onlyFirst) in [(0, false), (0.1, true)] {
            let heard = LoopTrial().heard(
                in: recording(share: share, delay: 500, offset: 0, seed: seed, onlyFirst: onlyFirst)
            )
            #expect(heard.isEmpty, "seed \(seed)")
        }
    }

    @Test(arguments: [(0, 0), (576, 1_200), (9_600, -300), (24_000, 4_000), (-200, 700)])
    func theWayIsMeasuredWhateverTheCardsAddOfTheirOwn(_ delay: Int, _ offset: Int) {
        let heard = LoopTrial().heard(
            in: recording(share: 0.1, delay: delay, offset: offset, seed: seed))
        #expect(heard.count >= 2, "seed \(seed)")
        for (found, _) in heard { #expect(found == delay, "seed \(seed)") }
    }
}
