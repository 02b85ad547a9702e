public import Audio
import Seeds
import Time

/// Talkspurts in a quiet room over a network that holds everything back now and then, as Wi-Fi
/// does, and lets it go at once.
public struct HeldTalk {
    private let flights: [Flight]
    private let end: Double

    /// - Parameters:
    ///   - seed: What is held, when, and for how long.
    ///   - holdMax: The longest hold, ms.
    ///   - hasWords: Whether there are noises as loud as words, with pauses between them.
    /// - Throws: `OpusError` when there is no memory for an encoder.
    public init(seed: UInt64, holdMax: Double, hasWords: Bool) throws {
        var random = SplitMix64(seed: seed)
        let samples = (0..<96_000).map { place in
            let isWord = hasWords && place / 28_800 % 2 == 0
            return Int16((random.unit() - 0.5) * (isWord ? 2_400 : hasWords ? 60 : 4))
        }
        let talk = try Talk(Speech(samples: samples))
        var flights: [Flight] = []
        let holdEvery = 100 + random.unit() * 2_000
        let holdFrom = random.unit() * 3_000
        var (sent, number) = (0.0, 0)
        for _ in 0..<4 {
            var (heldUntil, nextHold) = (0.0, sent + holdFrom + random.unit() * holdEvery)
            let count = 50 + Int(random.unit() * 250)
            for place in 0..<count {
                if sent >= nextHold {
                    heldUntil = sent + random.unit() * holdMax
                    nextHold = heldUntil + random.unit() * holdEvery
                }
                flights.append(
                    Flight(
                        arrival: max(sent + random.unit() * 0.5, heldUntil),
                        sequence: UInt16(truncatingIfNeeded: number),
                        payload: talk.payloads[number % talk.payloads.count],
                        isSpurtStart: place == 0, isLast: place == count - 1))
                number += 1
                sent += 10
            }
            sent += 50 + random.unit() * 1_000
        }
        self.flights = flights
        end = sent + 500
    }

    /// Plays it in blocks of 5 ms.
    public func play() throws -> ReceptionTotals {
        var voice = try Voice(blockSamples: 240)
        var sound = [Int16](repeating: 0, count: 240)
        var next = 0
        for block in 0..<Int(end / 5) {
            let now = Double(block) * 5
            while next < flights.count, flights[next].arrival <= now {
                flights[next].land(in: &voice)
                next += 1
            }
            var room = sound.mutableSpan
            _ = voice.pull(into: &room, at: instant(now))
        }
        return voice.totals
    }
}
