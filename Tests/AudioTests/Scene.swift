import Audio
import Foundation
import Time

/// Randomness that a failing test can name by its seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}

/// A stand-in for a person: gliding pitch, moving formants, hissing consonants, a quiet room.
///
/// With pauses it talks about two thirds of the time; without, it never stops.
struct Speech {
    let samples: [Int16]

    init(seconds: Double, pauses: Bool, seed: UInt64 = 1) {
        var random = SplitMix64(seed: seed)
        var samples: [Int16] = []
        let total = Int(seconds * 48_000) / 480 * 480
        samples.reserveCapacity(total + 48_000)
        var voice = Throat()
        while samples.count < total {
            let syllables = 3 + Int(random.unit() * 8)
            for _ in 0..<syllables {
                voice.say(into: &samples, random: &random)
            }
            guard pauses else { continue }
            for _ in 0..<Int((0.3 + 0.6 * random.unit()) * 48_000) {
                samples.append(Int16(random.unit() * 16 - 8))
            }
        }
        self.samples = Array(samples.prefix(total))
    }

    init(samples: [Int16]) { self.samples = samples }

    var frameCount: Int { samples.count / 480 }

    func frame(_ index: Int) -> Frame {
        var frame = Frame(repeating: 0)
        for i in 0..<480 { frame[i] = samples[index * 480 + i] }
        return frame
    }

    private struct Throat {
        var phase = 0.0
        var pitch = 130.0
        var memory = [Double](repeating: 0, count: 6)

        mutating func say(into samples: inout [Int16], random: inout SplitMix64) {
            let hiss = Int((0.02 + 0.04 * random.unit()) * 48_000)
            for i in 0..<hiss {
                let envelope: Double = sin(Double.pi * Double(i) / Double(hiss))
                samples.append(Int16(envelope * (random.unit() - 0.5) * 2_400))
            }
            let length = Int((0.12 + 0.14 * random.unit()) * 48_000)
            let goal = 95 + 90 * random.unit()
            let formants = [
                300 + 500 * random.unit(), 900 + 1_300 * random.unit(), 2_600 + 500 * random.unit(),
            ]
            for i in 0..<length {
                pitch += (goal - pitch) * 0.000_05
                phase += pitch / 48_000
                var pulse = (random.unit() - 0.5) * 0.05
                if phase >= 1 {
                    phase -= 1
                    pulse += 1
                }
                var sum = 0.0
                for (k, formant) in formants.enumerated() {
                    let radius: Double = exp(-Double.pi * 90 / 48_000)
                    let angle: Double = 2 * Double.pi * formant / 48_000
                    let forward: Double = 2 * radius * cos(angle) * memory[2 * k]
                    let back: Double = radius * radius * memory[2 * k + 1]
                    let y = pulse + forward - back
                    memory[2 * k + 1] = memory[2 * k]
                    memory[2 * k] = y
                    sum += y / Double(k + 1)
                }
                let envelope: Double = min(1, sin(Double.pi * Double(i) / Double(length)) * 2)
                samples.append(Int16(max(-30_000, min(30_000, sum * 700 * envelope))))
            }
        }
    }
}

/// Opus packets of some speech.
struct Talk {
    let payloads: [[UInt8]]
    /// Samples in each.
    let frameSamples: Int

    /// Packs `perPacket` frames of 10 ms, 1 or 2, into each packet (RFC 6716 §3.2.3: code 1).
    init(_ speech: Speech, perPacket: Int = 1) throws {
        var encoder = try OpusEncoder()
        var bytes = [UInt8](repeating: 0, count: 400)
        var frames: [[UInt8]] = []
        for i in 0..<speech.frameCount {
            var span = bytes.mutableSpan
            let count = encoder.encode(speech.frame(i), into: &span)
            frames.append(Array(bytes[0..<count]))
        }
        frameSamples = 480 * perPacket
        guard perPacket == 2 else {
            payloads = frames
            return
        }
        var pairs: [[UInt8]] = []
        for i in stride(from: 0, to: frames.count - 1, by: 2) {
            let first = frames[i]
            // One table of contents serves both frames if they were coded in the same mode.
            let second = frames[i + 1][0] == first[0] ? frames[i + 1] : first
            pairs.append([first[0] | 1] + first.dropFirst() + second.dropFirst())
        }
        payloads = pairs
    }
}

/// A packet on its way.
struct Flight {
    var arrival: Double  // ms
    var sequence: UInt16
    var payload: [UInt8]
    var isSpurtStart = false
    var isLast = false
}

/// What a listener got.
struct Heard {
    var samples: [Int16] = []
    /// Of every block pulled with sound, ms.
    var delays: [Double] = []
    /// Of the same blocks: whether there was sound, by index of the block.
    var hadSound: [Bool] = []
    var totals = ReceptionTotals()

    var meanDelay: Double { delays.isEmpty ? 0 : delays.reduce(0, +) / Double(delays.count) }
}

/// Milliseconds as an instant, from 1 s on.
func instant(_ ms: Double) -> Instant { Instant(nanoseconds: 1_000_000_000 + Int64(ms * 1e6)) }

/// Plays flights through one voice, in virtual time.
///
/// The first block is pulled at `phase`, the others 10 ms apart, each up to `pullNoise` late.
func listen(
    to flights: [Flight], until end: Double, voice: inout Voice, phase: Double = 3,
    pullNoise: Double = 0, seed: UInt64 = 7, keepSound: Bool = false,
    ends: [(at: Double, last: UInt16)] = []
) -> Heard {
    var random = SplitMix64(seed: seed)
    var heard = Heard()
    var next = 0
    var nextEnd = 0
    var frame = Frame(repeating: 0)
    for block in 0..<Int(end / 10) {
        let now = phase + Double(block) * 10 + random.unit() * pullNoise
        while next < flights.count, flights[next].arrival <= now {
            let flight = flights[next]
            voice.insert(
                sequence: flight.sequence, payload: flight.payload.span,
                isSpurtStart: flight.isSpurtStart, isLast: flight.isLast,
                at: instant(flight.arrival))
            next += 1
        }
        while nextEnd < ends.count, ends[nextEnd].at <= now {
            voice.end(last: ends[nextEnd].last)
            nextEnd += 1
        }
        let had = voice.pull(into: &frame, at: instant(now))
        heard.hadSound.append(had)
        if had { heard.delays.append(Double(voice.buffer.playoutDelay.nanoseconds) / 1e6) }
        if keepSound {
            for i in 0..<480 { heard.samples.append(frame[i]) }
        }
    }
    heard.totals = voice.buffer.totals
    return heard
}

/// The delays of a recorded or made-up network: one packet every 20 ms, nil = lost.
func trace(_ name: String) throws -> [Double?] {
    let url = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Traces/\(name).txt")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
        $0 == "-" ? nil : Double($0).map { $0 / 10 }
    }
}

/// Sends a talk of 20 ms packets, over and over, through a trace.
func flights(of talk: Talk, through delays: [Double?]) -> [Flight] {
    var flights: [Flight] = []
    for (i, delay) in delays.enumerated() {
        guard let delay else { continue }
        flights.append(
            Flight(
                arrival: Double(i) * 20 + delay, sequence: UInt16(truncatingIfNeeded: i),
                payload: talk.payloads[i % talk.payloads.count]))
    }
    return flights.sorted { $0.arrival < $1.arrival }
}
