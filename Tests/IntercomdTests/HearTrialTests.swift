import Testing
import Wire

@testable import Audio
@testable import Intercomd

/// One's own speech, as a listener or somebody on the network hears it.
@Suite struct HearTrialTests {
    private static let hertz = 1_000

    /// Packets of a tone, in the form of a recording.
    private func spoken(seconds: Int = 3, _ profile: Profile = .voice) throws -> [UInt8] {
        var encoder = try OpusEncoder(profile)
        let frame = encoder.frameSamples
        var (entries, packet) = ([UInt8](), [UInt8](repeating: 0, count: PCM.payloadMax))
        for number in 0..<seconds * PCM.sampleRate / frame {
            let samples = (0..<frame).map { step in
                let place = (number * frame + step) * Self.hertz % PCM.sampleRate
                return Int16(8_000 * Sine.of(turns: Double(place) / Double(PCM.sampleRate)))
            }
            var room = packet.mutableSpan
            let count = encoder.encode(samples.span, into: &room)
            RecordingEntry.append(
                packet.span.extracting(first: count), source: 0,
                at: UInt32(number * frame * 1_000 / PCM.sampleRate), to: &entries)
        }
        return entries
    }

    private func carried(
        _ entries: [UInt8], loss: Int = 0, isWire: Bool = false
    ) throws -> HearTrial.Outcome {
        let outcome = HearTrial(loss: loss, isWire: isWire).carry(entries.span)
        return try #require(outcome)
    }

    /// The share of the tone in the energy of a sound's middle, whatever its phase.
    private func purity(_ sound: [Int16]) -> Double {
        let middle = sound.dropFirst(PCM.sampleRate / 2).prefix(2 * PCM.sampleRate)
        var (real, imaginary, squares) = (0.0, 0.0, 1.0)
        for (place, sample) in middle.enumerated() {
            let turns = Double(place * Self.hertz % PCM.sampleRate) / Double(PCM.sampleRate)
            real += Double(sample) * Sine.of(turns: turns + 0.25)
            imaginary += Double(sample) * Sine.of(turns: turns)
            squares += Double(sample) * Double(sample)
        }
        return 2 * (real * real + imaginary * imaginary) / Double(middle.count) / squares
    }

    @Test(arguments: Profile.allCases)
    func aListenerHearsTheSpeech(_ profile: Profile) throws {
        let outcome = try carried(spoken(profile))
        // The buffer's delay is before it, or after it.
        #expect((2_900...3_400).contains(outcome.sound.count / 48))
        #expect(purity(outcome.sound) > 0.9)
        #expect(outcome.figures.contains("level -15 dBFS"), "\(outcome.figures)")
        #expect(outcome.figures.contains("\nMOS 4.4"), "\(outcome.figures)")
        #expect(!outcome.figures.contains("lost"))
    }

    @Test func lostPacketsAreCountedAndRepairedAfterTheFirstReports() throws {
        let entries = try spoken(seconds: 10)
        let outcome = try carried(entries, loss: 20)
        let numbers = outcome.figures.split { !$0.isNumber }.compactMap { Int($0) }
        let (lost, sent, recovered) = (
            numbers[numbers.count - 4], numbers[numbers.count - 3],
            numbers[numbers.count - 2]
        )
        #expect((sent * 15 / 100...sent * 25 / 100).contains(lost), "\(outcome.figures)")
        #expect(recovered > lost / 2 && recovered <= lost, "\(outcome.figures)")
        #expect(try carried(entries, loss: 20).sound == outcome.sound)
        #expect(try carried(entries, loss: 0).sound != outcome.sound)
    }

    /// As PESQ rated Opus with single frames lost.
    @Test(arguments: [(0.0, 4.41), (1, 4.12), (5, 2.93)])
    func theOpinionFallsAsPESQSays(percent: Double, score: Double) {
        #expect(abs(HearTrial.meanOpinionScore(percent) - score) < 0.01)
    }

    @Test func theWireHasNothingOfTheSpeech() throws {
        let entries = try spoken()
        let wire = try carried(entries, isWire: true).sound
        #expect(wire.count == 3 * PCM.sampleRate)
        #expect(purity(wire) < 0.01)
        let squares = wire.reduce(0.0) { $0 + Double($1) * Double($1) }
        let level = Decibels.level((squares / Double(wire.count)).squareRoot() / 32_768)
        #expect((-24.0 ... -22.0).contains(level))
        // The keys are new each time.
        #expect(try carried(entries, isWire: true).sound != wire)
    }

    @Test func whatIsNoSpeechIsRefused() {
        for entries in [[], [1, 2, 3]] as [[UInt8]] {
            let outcome = HearTrial(loss: 0, isWire: false).carry(entries.span)
            #expect(outcome == nil)
        }
    }
}
