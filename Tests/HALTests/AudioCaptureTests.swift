import Foundation
import Seeds
import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    /// Layouts of samples that a card can have, each in real time: every one in a long run, else
    /// every format and number of channels.
    static let layouts = ["S16_LE", "S24_LE", "S24_3LE", "S32_LE"].enumerated().flatMap {
        isLongRun ? [($1, 1), ($1, 2)] : [($1, 1 + $0 % 2)]
    }

    @Suite struct CaptureTests {
        private let card = SimCard()

        @Test(arguments: layouts)
        func microphoneIsHeardSampleForSample(format: String, channels: Int) throws {
            var capture = try PCMDevice(
                .capture, name: card.pcm("FORMATS=\(format),CHANNELS=\(channels)"),
                wanted: AudioLoop.calm)
            #expect(capture.granted.format.name == format)
            #expect(capture.granted.channels == channels)
            #expect(capture.granted.rate == 48_000)
            #expect(capture.granted.periodSamples == 2_400)
            #expect(capture.granted.bufferSamples == 14_400)
            let said = WAV.pattern(4_800)
            try WAV.write(said, to: card.path + ".wav")
            let world = card.begin("play", card.path + ".wav", "--at", "now+300")
            try capture.start()
            let (heard, outcome) = AudioLoop.listen(for: said, on: &capture)
            #expect(outcome == .samples(heard.count))
            #expect(heard.position(of: said) != nil)
            #expect(try world.finish().missed == 0)
        }

        @Test func cardThatCanDoAnythingIsAskedForTheLeast() throws {
            let capture = try PCMDevice(.capture, name: SimCard().pcm(), wanted: .init())
            #expect(capture.granted.format == .s16)
            #expect(capture.granted.channels == 1)
            #expect(capture.granted.periodSamples == 480)
            #expect(capture.granted.bufferSamples == 1_920)
            #expect(capture.descriptorCount == 1)
        }

        @Test func eachXrunIsMendedAndCountedOnce() throws {
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            try capture.start()
            for _ in 1...3 {
                #expect(AudioLoop.read(2_400, from: &capture).1 == .samples(2_400))
                card.command("xrun", "capture")
                #expect(AudioLoop.read(48_000, from: &capture).1 == .xrun)
            }
            #expect(AudioLoop.read(2_400, from: &capture).1 == .samples(2_400))
            let status = try card.status()
            #expect(status.capture.xruns == 3)
            #expect(status.capture.starts == 4)
        }

        @Test func loopThatIsLateIsToldSo() throws {
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: PCMParameters.Wanted())
            try capture.start()
            Thread.sleep(forTimeInterval: 0.06)  // longer than the buffer's 40 ms
            // A loop that asks first gets an answer that makes it read.
            #expect(capture.available() == capture.granted.bufferSamples)
            #expect(AudioLoop.read(480, from: &capture).1 == .xrun)
        }

        @Test func sleepingCardIsWokenWithoutWaiting() throws {
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            try capture.start()
            card.command("suspend")
            #expect(AudioLoop.read(48_000, from: &capture).1 == .suspended)
            #expect(AudioLoop.read(48_000, from: &capture).1 == .suspended)
            card.command("resume")
            #expect(AudioLoop.read(48_000, from: &capture).1 == .xrun)
            #expect(AudioLoop.read(2_400, from: &capture).1 == .samples(2_400))
        }

        @Test func descriptorWakesOnceAPeriod() throws {
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            try capture.start()
            var wakes = 0
            var periods = 0
            var block = [Int16](repeating: 0, count: 2_400)
            while periods < 8, wakes < 100 {
                let events = AudioLoop.wait(for: capture.descriptor(at: 0))
                wakes += 1
                guard capture.isReady(at: 0, events: events) else { continue }
                #expect(capture.available() >= 2_400)
                var span = block.mutableSpan
                #expect(capture.read(into: &span) == .samples(2_400))
                periods += 1
            }
            #expect(periods == 8)
            #expect(wakes <= 12)
        }

        @Test func stoppedCardStartsAgain() throws {
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: AudioLoop.calm)
            for _ in 1...2 {
                try capture.start()
                #expect(AudioLoop.read(2_400, from: &capture).1 == .samples(2_400))
                capture.stop()
            }
            #expect(try card.status().capture.running == 0)
            #expect(capture.available() == 0)
            var block = [Int16](repeating: 0, count: 480)
            var span = block.mutableSpan
            #expect(capture.read(into: &span) == .wouldBlock)
        }
    }
}
