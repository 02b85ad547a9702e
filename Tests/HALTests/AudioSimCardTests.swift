import Foundation
import HAL
import Testing
import Time

extension AudioOnSimulatedCard {
    /// The simulated card's own guarantees, on which the other tests rest.
    @Suite struct SimCardTests {
        /// The time of a frame of the card's clock, by the test's own clock.
        func nanoseconds(of frame: Int, _ card: SimCard) throws -> Int {
            try WAV.write([], to: card.path + "-nothing.wav")
            let world = card.begin("play", card.path + "-nothing.wav", "--at", "\(frame)")
            return try world.finish().first_sample_ns
        }

        @Test(arguments: [0, 500, -80])
        func clockRunsAsFastAsItIsTold(ppm: Int) throws {
            let card = SimCard()
            card.command("ppm", "\(ppm)")
            let start = try nanoseconds(of: 100_000_000, card)
            let end = try nanoseconds(of: 148_000_000, card)
            // A thousand seconds, by a fast clock.
            let expected = 1e12 / (1 + Double(ppm) * 1e-6)
            #expect(abs(Double(end - start) - expected) < 3)
            #expect(try card.status().ppm == Double(ppm))
        }

        @Test func changedClockDoesNotJump() throws {
            let card = SimCard()
            let before = try card.status()
            let start = try nanoseconds(of: 48_000, card)
            card.command("ppm", "1000")
            card.command("ppm", "0")
            // A millisecond a second fast, for far less than a second.
            let shift = try nanoseconds(of: 48_000, card) - start
            #expect(abs(shift) < 1_000_000)
            #expect(before.ppm == 0)
        }

        @Test func loudspeakerIsHeardByTheMicrophoneLaterAndSofter() throws {
            let card = SimCard()
            card.command("echo", "0.5", "25")
            var capture = try CapturePCM(name: card.pcm(), wanted: AudioLoop.calm)
            var playback = try PlaybackPCM(name: card.pcm(), wanted: AudioLoop.calm)
            let before = Clock.now()
            try PCMPair.start(&capture, &playback)
            let apart = Int((Clock.now() - before).nanoseconds * 48 / 1_000_000)
            let said = (0..<2_400).map { Int16(2 * $0 + 2) }
            #expect(playback.write(said.span) == .samples(said.count))
            let (heard, _) = AudioLoop.read(24_000, from: &capture)
            let position = try #require(heard.position(of: said.map { $0 / 2 }))
            // Queued silence, the delay through the air, and the moment between the two starts.
            #expect((15_600...15_610 + apart).contains(position))
        }

        @Test func noiseStaysWithinItsPeak() throws {
            let card = SimCard()
            card.command("noise", "30")
            var capture = try CapturePCM(name: card.pcm(), wanted: AudioLoop.calm)
            try capture.start()
            let (heard, _) = AudioLoop.read(4_800, from: &capture)
            #expect(heard.min() == -30)
            #expect(heard.max() == 30)
            #expect(abs(heard.reduce(0) { $0 + Int($1) }) < 4_800 * 2)
        }
    }
}
