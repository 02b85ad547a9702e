import Foundation
import Testing

@testable import HAL

/// The same guarantees on cards of the kernel, where some are free.
///
/// `INTERCOM_LOOPBACK=ID` names a card of snd-aloop, whose device 1 hears what device 0 plays; a
/// card of snd-dummy must exist too. They run in real time with real periods, so these tests belong
/// where time is virtual: a busy machine may be late.
@Suite(.serialized, .enabled(if: loopback != nil, "INTERCOM_LOOPBACK names no card"))
struct AudioKernelCardTests {
    static let id = loopback ?? ""
    let speaker = PCMName.card(Self.id)
    let microphone = PCMName.pcm("hw:CARD=\(Self.id),DEV=1")
    /// A card whose directions do not stop each other, as those of a loopback do.
    let independent = PCMName.card("Dummy")

    @Test func cardIsListedAndNamed() throws {
        let card = try #require(PCMCard.all.first { $0.id == Self.id })
        #expect(card.captures && card.plays)
        #expect(card.usb == nil)
        #expect(card.value == .card(Self.id))
    }

    @Test(arguments: [false, true])
    func whatIsPlayedIsHeardSampleForSample(isLinked: Bool) throws {
        var capture = try CapturePCM(name: microphone, wanted: AudioLoop.calm)
        var playback = try PlaybackPCM(name: speaker, wanted: AudioLoop.calm)
        if isLinked { #expect(PCMPair.link(&capture, &playback)) }
        try PCMPair.start(&capture, &playback)
        let said = WAV.pattern(2_400)
        #expect(playback.write(said.span) == .samples(2_400))
        // In step with the microphone, as the media loop is.
        var all: [Int16] = []
        while all.count < 24_000 {
            let (heard, outcome) = AudioLoop.read(2_400, from: &capture)
            #expect(outcome == .samples(2_400))
            guard outcome == .samples(2_400) else { break }
            all += heard
            let silence = [Int16](repeating: 0, count: 2_400)
            #expect(playback.write(silence.span) == .samples(2_400))
        }
        let isHeard = all.position(of: said) != nil
        #expect(isHeard)
        #expect(capture.xruns == 0)
        #expect(playback.xruns == 0)
    }

    @Test(arguments: [false, true])
    func lateLoopIsMended(isLinked: Bool) throws {
        var capture = try CapturePCM(name: independent, wanted: PCMParameters.Wanted())
        var playback = try PlaybackPCM(name: independent, wanted: PCMParameters.Wanted())
        if isLinked { #expect(PCMPair.link(&capture, &playback)) }
        try PCMPair.start(&capture, &playback)
        let block = [Int16](repeating: 0, count: 480)
        for round in 1...3 {
            for _ in 1...5 {
                #expect(AudioLoop.read(480, from: &capture).1 == .samples(480))
                #expect(playback.write(block.span) == .samples(480))
            }
            Thread.sleep(forTimeInterval: 0.2)
            #expect(AudioLoop.read(480, from: &capture).1 == .xrun)
            if isLinked {
                // The one call stopped and prepared both.
                try PCMPair.start(&capture, &playback)
            } else {
                #expect(playback.write(block.span) == .xrun)
                #expect(playback.write(block.span) == .samples(480))
                #expect(playback.xruns == round)
                try PCMPair.start(&capture, &playback)
            }
            #expect(capture.xruns == round)
        }
    }

    @Test func descriptorWakesAboutOnceAPeriod() throws {
        var capture = try CapturePCM(name: speaker, wanted: PCMParameters.Wanted())
        try capture.start()
        var wakes = 0
        var periods = 0
        var block = [Int16](repeating: 0, count: 480)
        while periods < 50, wakes < 1_000 {
            let events = AudioLoop.wait(for: capture.descriptor(at: 0))
            wakes += 1
            guard capture.isReady(at: 0, events: events) else { continue }
            while capture.available() >= 480 {
                var span = block.mutableSpan
                if capture.read(into: &span) == .samples(480) { periods += 1 }
            }
        }
        #expect(wakes <= 100, "\(wakes) wakes for \(periods) periods")
    }

    @Test func secondOpeningIsBusy() throws {
        // All of the eight subdevices are taken, so the ninth is refused.
        var open: [Holder] = []
        let error = PCMError(device: speaker.description, direction: .playback, reason: .busy)
        #expect(throws: error) {
            for _ in 1...9 {
                open.append(Holder(try PlaybackPCM(name: speaker, wanted: PCMParameters.Wanted())))
            }
        }
        #expect(open.count <= 8)
    }

    final class Holder {
        let pcm: PlaybackPCM
        init(_ pcm: consuming PlaybackPCM) { self.pcm = pcm }
    }
}

private let loopback = ProcessInfo.processInfo.environment["INTERCOM_LOOPBACK"]
