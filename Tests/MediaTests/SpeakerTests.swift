import Audio
import Testing

@testable import Media

@Suite struct SpeakerTests {
    /// Plays `frame` out in pieces of `step` samples.
    func play(_ speaker: inout Speaker, _ frame: Block, held: Bool, step: Int = 480) -> [Int16] {
        var played: [Int16] = []
        speaker.load(frame, isHeldDown: held)
        while speaker.waiting > 0 {
            speaker.give(step) { samples in
                for index in samples.indices { played.append(samples[index]) }
                return samples.count
            }
        }
        return played
    }

    @Test func theCardMayTakeAnyNumberOfSamples() {
        var speaker = Speaker()
        var frame = Block(repeating: 0)
        for index in 0..<480 { frame[index] = Int16(index) }
        for step in [1, 7, 479, 480, 9999] {
            #expect(play(&speaker, frame, held: false, step: step) == (0..<480).map { Int16($0) })
        }
    }

    @Test(arguments: [120, 240, 480])
    func aBlockMayBeShortAndIsHeldDownAsQuickly(count: Int) {
        var speaker = Speaker()
        let loud = Block(repeating: 20_000)
        var all: [Int16] = []
        while all.count < 4_800 {
            speaker.load(loud, count: count, isHeldDown: true)
            speaker.give(480) { samples in
                for index in samples.indices { all.append(samples[index]) }
                return samples.count
            }
            let waiting = speaker.waiting
            #expect(waiting == 0)
        }
        #expect(all.count == 4_800)
        // Full scale in 50 ms, whatever the block.
        #expect(abs(Int(all[1_200]) - 10_000) < 100 && all[2_400 + count] <= 210)
    }

    @Test func halfDuplexHoldsItDownWithoutAClick() {
        var speaker = Speaker()
        let loud = Block(repeating: 20_000)
        var all: [Int16] = []
        for _ in 0..<10 { all += play(&speaker, loud, held: true) }
        #expect(all.last! <= 210)
        for _ in 0..<10 { all += play(&speaker, loud, held: false) }
        #expect(all.last! == 20_000)
        let steps = zip(all, all.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect(steps.max()! < 20, "no step between two samples is heard as a click")
    }
}
