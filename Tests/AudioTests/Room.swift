import Audio
import Foundation
import Scene
import Seeds

/// A room with a loudspeaker and a microphone: a direct path of 12 cm and an echo that decays by 60
/// dB in 0.35 s, together as loud as the played sound.
struct Room {
    private struct Comb {
        var line: [Double]
        var place = 0
        let gain: Double
        let share: Double

        mutating func next(_ sample: Double) -> Double {
            let out = line[place]
            line[place] = sample + gain * out
            place = place + 1 == line.count ? 0 : place + 1
            return out * share
        }
    }

    private var combs: [Comb]
    private var direct: [Double]
    private var place = 0
    private let directGain: Double
    /// Decibels from the played to the heard sound.
    private let coupling: Double
    /// Whether the loudspeaker clips softly, as a small one does.
    var isClipping = false

    init(seed: UInt64, coupling: Double = 0) {
        var random = SplitMix64(seed: seed)
        combs = (0..<12).map { _ in
            let delay = 200 + Int(random.unit() * 1_700)
            let gain: Double = pow(10, -3 * Double(delay) / 48_000 / 0.35)
            let share: Double = (random.unit() < 0.5 ? -1 : 1) * 0.12
            return Comb(line: [Double](repeating: 0, count: delay), gain: gain, share: share)
        }
        direct = [Double](repeating: 0, count: 17)
        directGain = 0.8
        self.coupling = pow(10, coupling / 20)
    }

    /// What the microphone hears of this sample.
    mutating func next(_ played: Int16) -> Double {
        var sample = Double(played)
        if isClipping { sample = 9_000 * tanh(sample / 9_000) }
        var sum = direct[place] * directGain
        direct[place] = sample
        place = place + 1 == direct.count ? 0 : place + 1
        for i in combs.indices { sum += combs[i].next(sample) }
        return sum * coupling
    }
}

/// The sound of a microphone, and the sound played meanwhile.
struct RoomScene {
    var captured: [Int16] = []
    var played: [Int16] = []
    /// The voice of a person here alone, as the microphone hears it.
    var near: [Int16] = []
}

/// Speech at a level in dBFS RMS, pauses included.
func leveled(_ samples: [Int16], _ decibels: Double) -> [Int16] {
    let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    let factor = pow(10, decibels / 20) * 32_768 / max(1, power.squareRoot())
    return samples.map { Int16(max(-32_768, min(32_767, Double($0) * factor))) }
}

/// Decibels of the mean power of a stretch in seconds.
func level(_ samples: [Int16], _ seconds: Range<Double>) -> Double {
    let first = Int(seconds.lowerBound * 48_000)
    let last = min(samples.count, Int(seconds.upperBound * 48_000))
    var sum = 0.0
    for i in first..<last { sum += Double(samples[i]) * Double(samples[i]) }
    return 10 * log10(max(sum, 1e-3) / Double(last - first) / 32_768 / 32_768)
}

extension RoomScene {
    /// The far side speaks in `far`, a person here in `near` (seconds, nil never).
    init(
        seconds: Double, far: Range<Double>?, near here: Range<Double>?, noise: Double = -65,
        coupling: Double = 0, isClipping: Bool = false, pathChange: Double? = nil,
        nearLevel: Double = -23
    ) {
        let count = Int(seconds * 48_000)
        let voice = leveled(Speech(seconds: seconds, pauses: true, seed: 3).samples, -20)
        let other =
            here == nil
            ? [] : leveled(Speech(seconds: seconds, pauses: true, seed: 9).samples, nearLevel)
        var random = SplitMix64(seed: 5)
        var room = Room(seed: 11, coupling: coupling)
        var moved = Room(seed: 12, coupling: coupling)
        room.isClipping = isClipping
        moved.isClipping = isClipping
        let hiss = pow(10, noise / 20) * 32_768 * 3.0.squareRoot()
        for i in 0..<count {
            let time = Double(i) / 48_000
            let sample = far?.contains(time) == true ? voice[i] : 0
            let speaks = here?.contains(time) == true ? other[i] : 0
            let isMoved = pathChange.map { time >= $0 } ?? false
            var echo = room.next(sample)
            if pathChange != nil {
                let other = moved.next(sample)
                if isMoved { echo = other }
            }
            let sum = echo + Double(speaks) + hiss * (2 * random.unit() - 1)
            captured.append(Int16(max(-32_768, min(32_767, sum))))
            played.append(sample)
            near.append(speaks)
        }
    }

    /// Decibels by which the remainder is lower than the captured sound.
    func gone(_ out: [Int16], _ seconds: Range<Double>) -> Double {
        level(captured, seconds) - level(out, seconds)
    }

    /// The remainder after a canceller alone, and its estimate of the result.
    func cancelled() -> (sound: [Int16], estimate: EchoEstimate) {
        var canceller = EchoCanceller(frameSamples: 480)
        var estimate = EchoEstimate()
        let sound = blocks(of: 480) { block, start in
            let powers = canceller.process(
                &block, reference: played.span.extracting(start..<start + 480))
            estimate.add(powers, samples: 480)
        }
        return (sound, estimate)
    }

    /// The remainder after a chain, when the loudspeaker's card has 960 samples queued.
    func improved(
        by settings: CaptureChain.Settings, block: Int = 480
    ) -> (sound: [Int16], chain: EchoEstimate?) {
        var chain = CaptureChain(settings, blockSamples: block)
        var reference = EchoReference()
        var given = 0
        let sound = blocks(of: block) { samples, start in
            // So much is captured by now, and this much more was passed to the speaker.
            while given < min(played.count, start + block + 960) {
                let end = min(played.count, given + block)
                reference.append(played.span.extracting(given..<end))
                given = end
            }
            reference.align(
                playbackDelay: given - (start + block), captureDelay: 0, captured: start + block)
            chain.process(&samples, at: start, reference)
        }
        return (sound, chain.estimate)
    }

    /// Passes the captured sound through a filter, block by block.
    func blocks(of count: Int, _ body: (inout MutableSpan<Int16>, Int) -> Void) -> [Int16] {
        var out: [Int16] = []
        out.reserveCapacity(captured.count)
        for start in stride(from: 0, to: captured.count - count + 1, by: count) {
            var block = Array(captured[start..<start + count])
            var span = block.mutableSpan
            body(&span, start)
            out.append(contentsOf: block)
        }
        return out
    }
}
