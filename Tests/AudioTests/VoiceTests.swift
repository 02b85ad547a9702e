import Foundation
import Scene
import Seeds
import Testing

@testable import Audio

/// A talk with the talk key: pre-roll, flagged packets, last packet.
private func press(
    _ talk: Talk, from first: Int, to last: Int, preRoll: Int = 20, sequence: Int = 0,
    noise: Double = 4, seed: UInt64 = 3
) -> [Flight] {
    var random = SplitMix64(seed: seed)
    var flights: [Flight] = []
    for i in (first - preRoll)...last {
        let sent = Double(max(i, first) + 1) * 10
        // A burst keeps its order.
        let arrival = max(sent + 0.3 + random.unit() * noise, flights.last?.arrival ?? 0)
        flights.append(
            Flight(
                arrival: arrival,
                sequence: UInt16(truncatingIfNeeded: sequence + i - first + preRoll),
                payload: talk.payloads[i], isSpurtStart: i < first + 10, isLast: i == last))
    }
    return flights
}

/// The sum of the squares between two moments in milliseconds.
private func energy(_ samples: [Int16], from first: Double, to last: Double) -> Double {
    let range = Int(first * 48)..<min(samples.count, Int(last * 48))
    return samples[range].reduce(0) { $0 + Double($1) * Double($1) }
}

/// The roughest place: the largest second difference.
private func roughness(_ samples: some Collection<Int16>) -> Int {
    let values = samples.map(Int.init)
    return (2..<values.count).map { abs(values[$0] - 2 * values[$0 - 1] + values[$0 - 2]) }.max()
        ?? 0
}

@Suite struct VoiceTests {
    static let speech = Speech(seconds: 12, pauses: true)
    static let monologue = Speech(seconds: 12, pauses: false)

    @Test(arguments: [0.0, 2.5, 5, 7.5])
    func backAtTheTargetWithinOneSecondOfTheKey(phase: Double) throws {
        for speech in [Self.speech, Self.monologue] {
            var voice = try Voice()
            let flights = try press(Talk(speech), from: 100, to: 900)
            let heard = listen(
                to: flights, until: 9_500, voice: &voice, phase: phase, pullNoise: 0.5)
            // 200 ms of past sound, and not one block later.
            #expect(heard.delays[0] > 190)
            let settled = heard.delays.dropFirst(100)
            #expect(settled.allSatisfy { $0 < 17 })
            // The jitter is 0 to 4 ms: a frame waits 2 ms less in the mean.
            #expect(settled.reduce(0, +) / Double(settled.count) - 2 <= 13.5)
            #expect(heard.totals.concealedMs == 0)
            #expect(heard.totals.skippedMs == 0)
        }
    }

    /// A quiet room in which a voice begins at `onset` ms.
    private func room(voiceFrom onset: Int, level: Double) throws -> (Talk, [Int16]) {
        var random = SplitMix64(seed: 5)
        var samples = (0..<48_000 * 3).map { _ in Int16(random.unit() * 16 - 8) }
        for i in (onset * 48)..<samples.count {
            samples[i] = Int16(Double(Self.monologue.samples[48_000 + i]) * level)
        }
        return (try Talk(Speech(samples: samples)), samples)
    }

    @Test(arguments: [1.0, 0.3, 0.1])
    func aSyllableBegunBeforeTheKeyIsKept(level: Double) throws {
        // The key goes down at 1 s; the voice is there 40 ms earlier.
        let (talk, samples) = try room(voiceFrom: 960, level: level)
        var voice = try Voice()
        let heard = listen(
            to: press(talk, from: 100, to: 250), until: 2_900, voice: &voice, keepSound: true)
        let said = energy(samples, from: 960, to: 1_160)
        let got = energy(heard.samples, from: 1_000, to: 1_230)
        #expect(abs(10 * log10(got / said)) < 3)
    }

    @Test func quietPreRollIsDroppedAtOnce() throws {
        let (talk, _) = try room(voiceFrom: 1_400, level: 1)
        var voice = try Voice()
        let heard = listen(to: press(talk, from: 100, to: 250), until: 2_900, voice: &voice)
        // The network is still unknown, so 30 ms are kept, and a block's worth of phase.
        #expect(heard.delays[5] < 41)
    }

    @Test(arguments: UInt64(1)...5) func hurryingDoesNotClick(seed: UInt64) throws {
        let talk = try Talk(Speech(seconds: 4, pauses: false, seed: seed))
        var voice = try Voice()
        let heard = listen(
            to: press(talk, from: 100, to: 350), until: 4_000, voice: &voice, keepSound: true)
        #expect(heard.totals.stretchedMs >= 40)
        // After 0.9 s the delay is settled: the remaining roughness is the codec's own.
        let hurried = roughness(heard.samples[(1_000 * 48)..<(1_900 * 48)])
        let settled = roughness(heard.samples[(1_900 * 48)..<(3_500 * 48)])
        #expect(Double(hurried) < 1.6 * Double(settled))
    }

    @Test func twoPullsAtOnceInventNothing() throws {
        // At start-up and after an xrun the card takes two blocks in one moment.
        let talk = try Talk(Self.monologue)
        let flights = press(talk, from: 100, to: 700, noise: 1)
        var voice = try Voice()
        var frame = Block(repeating: 0)
        var next = 0
        var block = 0
        var ms = 1_003.0
        while ms < 7_500 {
            while next < flights.count, flights[next].arrival <= ms {
                flights[next].land(in: &voice)
                next += 1
            }
            let isStart = block == 0
            // Every 200 blocks the card stood still for 20 ms.
            let isXrun = block % 200 == 150
            for _ in 0..<(isStart || isXrun ? 2 : 1) {
                var span = frame.mutableSpan
                _ = voice.pull(into: &span, at: instant(ms))
            }
            block += 1
            ms += block % 200 == 150 ? 30 : 10
        }
        let totals = voice.totals
        #expect(totals.concealedMs == 0)
        #expect(totals.spurts == 1)
    }

    /// An occasional frame is up to 9 ms later than the block it is played in: the remaining sound
    /// is stretched until it comes, at less delay than a whole block more.
    @Test(arguments: [(block: 5, blocks: 2.7, stretchedMs: 10), (10, 2.2, 100)], 1...3)
    func spareSoundIsStretchedUntilALateFrameComes(
        bound: (block: Int, blocks: Double, stretchedMs: Int), seed: UInt64
    ) throws {
        let block = bound.block
        let talk = try Talk(Self.monologue, perPacket: 2)
        var random = SplitMix64(seed: seed)
        let most = Double(block) * 0.9
        let delays = (0..<3_000).map { _ -> Double? in
            random.unit() < 0.02 ? 10 + most * random.unit() : 4 * random.unit()
        }
        var voice = try Voice(blockSamples: block * 48)
        // Played 4.5 to 5 ms after the quickest, or whole blocks later.
        let figures = Trace(delays: delays).play(talk, voice: &voice, phase: 4.6)
        let totals = voice.totals
        #expect(figures.concealedPercent < 0.1, "\(figures), seed \(seed)")
        #expect(figures.meanDelay < 4.6 + bound.blocks * Double(block), "\(figures)")
        #expect(totals.stretchedMs > bound.stretchedMs, "\(totals)")
    }

    /// The remainder where a talker stops is stretched once, not until it resembles itself.
    @Test(arguments: [1, 3] as [UInt64])
    func whoStopsInTheMiddleOfAWordIsSilentSoon(seed: UInt64) throws {
        let talk = try Talk(Self.monologue)
        var most = 0
        for stop in stride(from: 300, to: 1_100, by: isLongRun ? 10 : 40) {
            var random = SplitMix64(seed: seed)
            var voice = try Voice()
            let flights = (0..<stop).map { number in
                let late = random.unit() < 0.02 ? 10 + 9 * random.unit() : 4 * random.unit()
                return Flight(
                    arrival: Double(10 * number) + late, sequence: UInt16(number),
                    payload: talk.payloads[number], isSpurtStart: number == 0)
            }
            let end = Double(10 * stop) + 20
            _ = listen(to: flights, until: end, voice: &voice, phase: 4.6)
            let before = voice.totals.stretchedMs
            var sound = [Int16](repeating: 0, count: 480)
            for block in 0..<60 {
                var span = sound.mutableSpan
                _ = voice.pull(into: &span, at: instant(end + 4.6 + 10 * Double(block)))
            }
            #expect(sound.allSatisfy { $0 == 0 } == true, "\(stop)")
            let after = voice.totals.stretchedMs
            most = max(most, Int(after) - Int(before))
        }
        // The longest pitch period there is: 15 ms.
        #expect(most <= 15)
    }

    @Test func theEndIsCleanAndTheNextSpurtBeginsAnew() throws {
        let talk = try Talk(Self.monologue)
        var voice = try Voice()
        let heard = listen(
            to: press(talk, from: 100, to: 300)
                + press(talk, from: 400, to: 500, sequence: 207),
            until: 6_000, voice: &voice, keepSound: true)
        let totals = heard.totals
        #expect(totals.spurts == 2 && totals.concealedMs == 0 && totals.lost == 0)
        let isActive = voice.isActive
        #expect(!isActive)
        // Knowledge of the network outlives the pause.
        #expect(voice.buffer.targetDelay < .milliseconds(10))
        #expect(energy(heard.samples, from: 3_200, to: 3_900) == 0)
        #expect(energy(heard.samples, from: 5_200, to: 6_000) == 0)
    }

    @Test func aDeadTalkerFadesWithin100Ms() throws {
        let talk = try Talk(Self.monologue)
        let flights = press(talk, from: 100, to: 500).filter { $0.arrival < 3_000 }
        var voice = try Voice()
        let heard = listen(to: flights, until: 4_000, voice: &voice, keepSound: true)
        #expect(energy(heard.samples, from: 3_140, to: 4_000) == 0)
        #expect(heard.hadSound[320...].contains(false))
        #expect(heard.totals.concealedMs == 200)
        let isActive = voice.isActive
        #expect(!isActive)
    }

    @Test(arguments: [100.0, 300, 700, 3_000])
    func afterAnOutageTheTalkGoesOn(outage: Double) throws {
        let flights = try press(Talk(Self.monologue), from: 100, to: 900).filter {
            !(3_000..<(3_000 + outage)).contains($0.arrival)
        }
        var voice = try Voice()
        let heard = listen(to: flights, until: 9_500, voice: &voice)
        #expect(heard.totals.concealedMs <= 250)
        // The last two seconds are heard, at the same delay as before.
        #expect(heard.hadSound[700..<900].allSatisfy { $0 })
        #expect(heard.delays.suffix(100).allSatisfy { $0 < 25 })
    }

    @Test func resetForgetsTheTalkerBefore() throws {
        let talk = try Talk(Self.speech)
        let flights = press(talk, from: 100, to: 300)
        var used = try Voice()
        _ = listen(to: press(talk, from: 400, to: 600, noise: 30), until: 6_500, voice: &used)
        used.reset()
        let totals = used.totals
        #expect(totals == ReceptionTotals())
        var fresh = try Voice()
        let first = listen(to: flights, until: 4_000, voice: &used, keepSound: true)
        let second = listen(to: flights, until: 4_000, voice: &fresh, keepSound: true)
        #expect(first.samples == second.samples)
    }
}

@Suite struct PauseDetectorTests {
    /// The energy of a level in dBFS.
    private func energy(_ decibels: Double) -> Float {
        let amplitude = Decibels.ratio(decibels) * 32_768
        return Float(amplitude * amplitude)
    }

    @Test func beforeAnyWordOnlyNearSilenceIsAPause() {
        let pauses = PauseDetector()
        #expect(pauses.isQuiet(energy(-60)))
        #expect(!pauses.isQuiet(energy(-50)))
    }

    @Test func aNoisyRoomIsAPauseAndASoftConsonantIsNot() {
        var pauses = PauseDetector()
        for i in 0..<300 { pauses.add(energy(i % 100 < 70 ? -20 : -45)) }
        #expect(pauses.isQuiet(energy(-44)))
        #expect(!pauses.isQuiet(energy(-37)))
        #expect(!pauses.isQuiet(energy(-20)))
    }

    @Test func speechWithoutPauseIsNoPause() {
        var pauses = PauseDetector()
        for i in 0..<3_000 { pauses.add(energy(-20 - Double(i % 7))) }
        #expect(!pauses.isQuiet(energy(-26)))
    }

    @Test func sixDecibelsAreTwice() {
        #expect(abs(Decibels.ratio(6.020_6) - 2) < 0.000_01)
        #expect(Decibels.level(0) == -.infinity)
        for level in [-60.0, -20, -6.0206, -3, -0.1, 0, 0.1, 6, 24] {
            #expect(abs(Decibels.level(Decibels.ratio(level)) - level) < 0.001)
        }
    }
}
