import Scene
import Testing
import Time

@testable import Audio

/// A trap cannot be caught, so each of these talks runs in a process of its own.
@Suite struct HeldTalkTests {
    @Test func aNetworkThatHoldsPacketsBringsNoVoiceDown() async {
        await #expect(processExitsWith: .success) {
            // Seeds that filled a line of 120 ms, too short for a delay of 240 ms.
            for seed in [11, 16, 31, 55, 2, 3] as [UInt64] {
                let talk = try HeldTalk(seed: seed, holdMax: 245, hasWords: false)
                #expect(try talk.play().spurts == 4)
            }
            _ = try HeldTalk(seed: 345, holdMax: 190, hasWords: true).play()
        }
    }

    /// Lengthened in a pause, the delay becomes as long as intended, whatever the block size.
    @Test(arguments: [120, 240, 480])
    func theLongestDelayIsReachedInAPause(block: Int) throws {
        let quiet = Speech(samples: (0..<96_000).map { Int16($0 % 3) })
        let talk = try Talk(quiet)
        // Every quarter of a second is held back, so a shorter delay does not suffice.
        let delays = (0..<3_000).map { number -> Double? in
            number < 500 ? 1 : Double(240 - number % 25 * 10)
        }
        var voice = try Voice(preset: .robust, blockSamples: block)
        let figures = Trace(delays: delays, interval: 10).play(talk, voice: &voice)
        let delay = voice.buffer.playoutDelay.milliseconds
        let target = voice.buffer.targetDelay.milliseconds
        #expect(target >= 200 && delay >= 200, "\(target) ms wished, \(delay) ms reached")
        #expect(figures.longestConcealed <= 250)
    }
}
