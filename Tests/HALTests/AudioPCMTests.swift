import Foundation
import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    /// What any layout of the card's samples must do alike.
    @Suite struct Layouts {
        static let cards = ["S16_LE", "S24_LE", "S24_3LE", "S32_LE"].flatMap { format in
            [(format, 1), (format, 2)]
        }

        @Test(arguments: cards)
        func microphoneIsHeardSampleForSample(format: String, channels: Int) throws {
            let card = SimCard()
            var capture = try CapturePCM(
                name: card.pcm("FORMATS=\(format),CHANNELS=\(channels)"), request: AudioLoop.calm)
            #expect(capture.granted.format.name == format)
            #expect(capture.granted.channels == channels)
            #expect(capture.granted.periodSamples == 2_400)
            let said = WAV.pattern(9_600)
            try WAV.write(said, to: card.path + ".wav")
            try capture.start()
            let world = try card.begin("play", card.path + ".wav")
            let (heard, outcome) = AudioLoop.read(48_000, from: &capture)
            #expect(outcome == .samples(heard.count))
            #expect(heard.position(of: said) != nil)
            _ = try world.finish()
            #expect(capture.xruns == 0)
        }

        @Test(arguments: cards)
        func loudspeakerPlaysSampleForSample(format: String, channels: Int) throws {
            let card = SimCard()
            var playback = try PlaybackPCM(
                name: card.pcm("FORMATS=\(format),CHANNELS=\(channels)"), request: AudioLoop.calm)
            #expect(playback.granted.format.name == format)
            #expect(playback.granted.channels == channels)
            let world = try card.begin("record", card.path + ".wav", "--seconds", "1", "--stereo")
            try playback.start()
            let said = WAV.pattern(9_600)
            let silence = [Int16](repeating: 0, count: 24_000)
            let (rest, outcome) = AudioLoop.write(said + silence, to: &playback)
            #expect(rest.isEmpty, "\(outcome)")
            _ = try world.finish()
            let both = try WAV.read(card.path + ".wav")
            let left = stride(from: 0, to: both.count, by: 2).map { both[$0] }
            let right = stride(from: 1, to: both.count, by: 2).map { both[$0] }
            #expect(left.position(of: said) != nil)
            #expect(right.position(of: said) != nil)
        }
    }
}
