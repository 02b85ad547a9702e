import Audio
import Seeds
import Testing

@Suite final class EchoReferenceTests {
    private var cards = Cards()

    /// Cards on one clock: sound played at a moment is captured `air` samples later.
    private struct Cards: ~Copyable {
        var reference = EchoReference()
        var captured = 0
        var given = 0
        /// The clock at the moment each card began to count.
        var captureStart = 0
        var playbackStart = 0
        var clock = 0

        static func sound(_ number: Int) -> Int16 { Int16(truncatingIfNeeded: number &* 7919) }

        /// One period of each.
        mutating func turn(_ samples: Int, queued: Int) {
            clock += samples
            captured += samples
            while given < clock - playbackStart + queued {
                let numbers = (given..<given + samples).map { Self.sound($0) }
                reference.append(numbers.span)
                given += samples
            }
            reference.align(
                playbackDelay: given - (clock - playbackStart), captureDelay: 0,
                captured: captured)
        }

        /// What is played when this sample is captured.
        func played(at position: Int) -> Int16 {
            let lead = 96
            return Self.sound(position + captureStart - playbackStart + lead)
        }
    }

    @Test func itSaysWhatWasPlayedAtACapturedSample() {
        var cards = Cards(captureStart: 0, playbackStart: -333)
        for _ in 0..<20 { cards.turn(480, queued: 960) }
        for position in stride(from: 5_000, to: 9_600, by: 77) {
            #expect(cards.reference.sample(at: position) == cards.played(at: position))
        }
        #expect(cards.reference.realignments == 0)
    }

    @Test func beforeTheFirstSoundThereIsSilence() {
        #expect(cards.reference.sample(at: 10) == 0)
        cards.turn(480, queued: 960)
        #expect(cards.reference.sample(at: -1_000) == 0)
    }

    @Test func afterACardStoodStillItFindsThePlaceAgain() {
        for _ in 0..<20 { cards.turn(480, queued: 960) }
        // 3,000 samples passed while neither card moved, and the queued sound was lost.
        cards.clock += 3_000
        cards.captureStart += 3_000
        cards.playbackStart = cards.clock - cards.given
        cards.reference.breakOff()
        #expect(cards.reference.sample(at: cards.captured - 10) == 0)
        for _ in 0..<20 { cards.turn(480, queued: 960) }
        let last = cards.captured - 100
        #expect(cards.reference.sample(at: last) == cards.played(at: last))
    }

    @Test func aSilentJumpIsNoticed() {
        for _ in 0..<20 { cards.turn(480, queued: 960) }
        // The speaker's card lost 2,000 samples without reporting it.
        cards.playbackStart += 2_000
        for _ in 0..<10 { cards.turn(480, queued: 960) }
        #expect(cards.reference.realignments == 1)
        let last = cards.captured - 100
        #expect(cards.reference.sample(at: last) == cards.played(at: last))
    }

    @Test func delaysThatTrembleDoNotMoveIt() {
        var reference = EchoReference()
        var random = SplitMix64(seed: 41)
        let silence = [Int16](repeating: 0, count: 480)
        for turn in 1...2_000 {
            reference.append(silence.span)
            reference.align(
                playbackDelay: 960 + Int(random.unit() * 100) - 50,
                captureDelay: Int(random.unit() * 100), captured: turn * 480)
        }
        #expect(reference.realignments <= 1)
    }
}
