import Foundation
import Scene
import Seeds

/// Words and pauses: each word one to two seconds of speech, a pause of two after it.
struct Words {
    var samples: [Int16] = []
    /// The position of each word, in samples.
    var places: [Range<Int>] = []

    /// This many words at a level in dBFS RMS (of the words), in white noise of another level.
    init(_ count: Int, level wanted: Double, noise: Double, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let speech =
            count == 0
            ? [] : leveled(Speech(seconds: 8, pauses: false, seed: seed).samples, wanted)
        samples = [Int16](repeating: 0, count: 96_000)
        for _ in 0..<count {
            let length = 48_000 + Int(random.unit() * 48_000)
            let start = Int(random.unit() * Double(speech.count - length))
            places.append(samples.count..<samples.count + length)
            samples += speech[start..<start + length]
            samples += [Int16](repeating: 0, count: 96_000)
        }
        let hiss = pow(10, noise / 20) * 32_768 * 3.0.squareRoot()
        for i in samples.indices {
            let sum = Double(samples[i]) + hiss * (2 * random.unit() - 1)
            samples[i] = Int16(max(-32_768, min(32_767, sum)))
        }
    }
}
