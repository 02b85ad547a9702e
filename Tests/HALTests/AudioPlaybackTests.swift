import Foundation
import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    @Suite struct PlaybackTests {
        let silence = [Int16](repeating: 0, count: 16_800)

        @Test func blockRefusedByAnXrunIsHeardWhenOfferedAgain() throws {
            let card = SimCard()
            var playback = try PCMDevice(.playback, name: card.pcm(), wanted: AudioLoop.calm)
            let world = card.begin("record", card.path + ".wav")
            try playback.start()
            for count in 1...3 {
                let said = WAV.pattern(2_400, seed: UInt64(count))
                card.command("xrun", "playback")
                let (refused, outcome) = AudioLoop.write(said, to: &playback)
                #expect(outcome == .xrun)
                #expect(refused.elementsEqual(said))
                // The silence of `start`, less the block to come, which is accepted at once.
                #expect(playback.available() >= 4_800)
                #expect(playback.write(said.span) == .samples(2_400))
                #expect(playback.delay() <= playback.granted.fillSamples)
            }
            _ = AudioLoop.write(silence, to: &playback)
            _ = try world.stop()
            // The last one; the next xrun cut off those before.
            let heard = try WAV.read(card.path + ".wav")
            #expect(heard.position(of: WAV.pattern(2_400, seed: 3)) != nil)
            let status = try card.status()
            #expect(status.playback.xruns == 3)
            #expect(status.playback.starts == 4)
        }

        @Test func cardWithItsOwnPeriodIsGrantedIt() throws {
            let playback = try PCMDevice(
                .playback, name: SimCard().pcm("FORMATS=S32_LE,CHANNELS=2,PERIOD=512"),
                wanted: PCMParameters.Wanted())
            let granted = PCMParameters(
                rate: 48_000, channels: 2, format: .s32, periodSamples: 512, bufferSamples: 1_536,
                fillSamples: 1_024)
            #expect(playback.granted == granted)
        }

        @Test func fullBufferSaysSo() throws {
            let card = SimCard()
            let wanted = PCMParameters.Wanted(periodSamples: 9_600, periods: 2)
            var playback = try PCMDevice(.playback, name: card.pcm(), wanted: wanted)
            try playback.start()
            let block = [Int16](repeating: 1, count: 9_600)
            // One period is spare; the second finds room only when the card has played it.
            #expect(playback.write(block.span) == .samples(9_600))
            #expect(playback.write(block.span) == .wouldBlock)
            let isReady = playback.isReady(at: 0, events: playback.descriptor(at: 0).events)
            #expect(!isReady)
        }

        @Test func unpluggedCardIsGoneAndComesBackByName() throws {
            let card = SimCard()
            let name = card.pcm()
            var playback = try PCMDevice(.playback, name: name, wanted: AudioLoop.calm)
            try playback.start()
            card.command("unplug")
            let gone = PCMError(device: name.description, direction: .playback, reason: .unplugged)
            #expect(AudioLoop.write(silence + silence, to: &playback).1 == .gone(gone))
            #expect(gone.description.hasSuffix("unplugged; plug it in: intercomd opens it then"))
            card.command("replug")
            // The open device stays dead; the loop closes it and opens the name again.
            #expect(throws: gone) { try playback.start() }
            _ = consume playback
            var again = try PCMDevice(.playback, name: name, wanted: AudioLoop.calm)
            try again.start()
            #expect(again.write(Array(silence[..<2_400]).span) == .samples(2_400))
        }

        @Test func deviceWithoutAClockTakesEverything() throws {
            var playback = try PCMDevice(.playback, name: .pcm("null"), wanted: .init())
            try playback.start()
            #expect(playback.write(silence.span) == .samples(silence.count))
        }
    }
}
