import Testing
import Time

@testable import HAL

extension AudioOnSimulatedCard {
    @Suite struct PairTests {
        @Test func cardThatCannotBeLinkedIsNoFault() throws {
            let card = SimCard()
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            var playback = try PCMDevice(.playback, name: card.pcm(), wanted: AudioLoop.calm)
            #expect(!PCMDevice.link(&capture, &playback))
            try PCMDevice.start(&capture, &playback)
            #expect(try card.status().capture.running == 1)
            #expect(try card.status().playback.running == 1)
            // From any state: both start again.
            try PCMDevice.start(&capture, &playback)
            #expect(try card.status().capture.starts == 2)
            #expect(try card.status().playback.starts == 2)
        }

        @Test func whatIsHeardCanBePlayedAtOnceAndAFixedTimeLater() throws {
            let card = SimCard()
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            var playback = try PCMDevice(.playback, name: card.pcm(), wanted: AudioLoop.calm)
            let said = WAV.pattern(4_800)
            try WAV.write(said, to: card.path + ".wav")
            let listening = card.begin("record", card.path + "-heard.wav")
            let speaking = card.begin("play", card.path + ".wav", "--at", "now+300")
            let before = Clock.now()
            try PCMDevice.start(&capture, &playback)
            let apart = Int((Clock.now() - before).nanoseconds * 48 / 1_000_000)
            for _ in 0..<24 {
                let (block, outcome) = AudioLoop.read(2_400, from: &capture)
                #expect(outcome == .samples(2_400))
                // Never a full buffer: a moment early is early enough.
                #expect(playback.write(block.span) == .samples(2_400))
            }
            let mouth = try speaking.finish()
            let ear = try listening.stop()
            let position = try WAV.read(card.path + "-heard.wav").position(of: said)
            let delay = ear.first_frame + (try #require(position)) - mouth.first_frame
            // The samples queued at the start, and those of the moment between the two starts.
            #expect((14_400...14_410 + apart).contains(delay), "\(delay) samples")
        }
    }
}
