public import Audio
import Foundation
import Seeds

/// A stand-in for a person: gliding pitch, moving formants, hissing consonants, a quiet room.
///
/// With pauses it talks about two thirds of the time; without, it never stops.
public struct Speech: Sendable {
    public let samples: [Int16]

    public init(seconds: Double, pauses: Bool, seed: UInt64 = 1) {
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

    public init(samples: [Int16]) { self.samples = samples }

    public var frameCount: Int { samples.count / 480 }

    public func frame(_ index: Int) -> Block {
        var frame = Block(repeating: 0)
        for i in 0..<480 { frame[i] = samples[index * 480 + i] }
        return frame
    }

    /// Whether a frame is louder than -55 dBFS.
    func isLoud(_ index: Int) -> Bool {
        let frame = samples[(index * 480)..<(index * 480 + 480)]
        let energy = frame.reduce(0.0) { $0 + Double($1) * Double($1) } / 480
        return energy > 32_768 * 32_768 * 3.16e-6
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
