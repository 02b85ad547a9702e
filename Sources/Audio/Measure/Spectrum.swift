/// The level of sound in each third of an octave, for a display.
///
/// The bands are those of IEC 61260 from 100 Hz to 16 kHz. It uses the newest 43 ms; not for the
/// media loop.
public struct Spectrum {
    /// The middle of each band in Hz, as the standard names it.
    public static let centres = [
        100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1_000, 1_250, 1_600, 2_000, 2_500, 3_150,
        4_000, 5_000, 6_300, 8_000, 10_000, 12_500, 16_000,
    ]

    private static let size = 2_048
    private static let bits = 11

    /// The newest samples; `next` is the place of the next one.
    private var newest = [Float](repeating: 0, count: size)
    private var next = 0
    private let window: [Float]
    private let cosines: [Float]
    private let sines: [Float]
    /// The edges of the bands in lines of the transform, 23.4 Hz each.
    private let edges: [Float]

    public init() {
        let size = Double(Self.size)
        // A Hann window, scaled so that a sine within a band reads its own mean square.
        window = (0..<Self.size).map { Float(1 - Sine.of(turns: Double($0) / size + 0.25)) }
        cosines = (0..<Self.size / 2).map { Float(Sine.of(turns: Double($0) / size + 0.25)) }
        sines = (0..<Self.size / 2).map { Float(-Sine.of(turns: Double($0) / size)) }
        // 1 kHz times 10^(n/10), and half a step further for the upper edge.
        edges = (0...Self.centres.count).map { band in
            let hertz = 1_000 * Decibels.ratio(Double(band - 10) * 2 - 1)
            return Float(hertz * size / Double(PCM.sampleRate))
        }
    }

    /// Takes a block of 48 kHz mono, of any length.
    public mutating func add(_ samples: Span<Int16>) {
        for index in samples.indices {
            newest[next] = Float(samples[index]) / 32_768
            next = (next + 1) % Self.size
        }
    }

    /// The RMS of each band in dBFS, at least `LevelMeter.floor`.
    public var bands: [Double] {
        var real = (0..<Self.size).map { newest[(next + $0) % Self.size] * window[$0] }
        var imaginary = [Float](repeating: 0, count: Self.size)
        transform(&real, &imaginary)
        // A sine has two mirrored lines, and the window has a power of 3/2.
        let scale = 2 / (1.5 * Float(Self.size) * Float(Self.size))
        return (0..<Self.centres.count).map { band in
            var square: Float = 0
            for line in Int(edges[band] + 0.5)...Int(edges[band + 1] + 0.5) {
                // A line reaches half its width to both sides.
                let share =
                    min(edges[band + 1], Float(line) + 0.5) - max(edges[band], Float(line) - 0.5)
                let power = real[line] * real[line] + imaginary[line] * imaginary[line]
                square += max(0, share) * power * scale
            }
            return max(LevelMeter.floor, Decibels.level(Double(square).squareRoot()))
        }
    }

    /// The discrete Fourier transform, radix 2, in place.
    private func transform(_ real: inout [Float], _ imaginary: inout [Float]) {
        for index in 0..<Self.size {
            let mirrored = Self.mirrored(index)
            if mirrored > index {
                real.swapAt(index, mirrored)
                imaginary.swapAt(index, mirrored)
            }
        }
        var half = 1
        while half < Self.size {
            let stride = Self.size / (2 * half)
            for start in Swift.stride(from: 0, to: Self.size, by: 2 * half) {
                for offset in 0..<half {
                    let (c, s) = (cosines[offset * stride], sines[offset * stride])
                    let (low, high) = (start + offset, start + offset + half)
                    let re = real[high] * c - imaginary[high] * s
                    let im = real[high] * s + imaginary[high] * c
                    real[high] = real[low] - re
                    imaginary[high] = imaginary[low] - im
                    real[low] += re
                    imaginary[low] += im
                }
            }
            half *= 2
        }
    }

    /// The index with its bits in the other order.
    private static func mirrored(_ index: Int) -> Int {
        var (rest, result) = (index, 0)
        for _ in 0..<bits {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }
}

/// The sine without a C mathematics library, which Embedded Swift does not have.
enum Sine {
    /// The sine of a number of whole turns; accurate to 1e-12.
    static func of(turns: Double) -> Double {
        let part = turns - turns.rounded(.down)
        // Folded into a quarter turn either side of 0.
        let folded = part < 0.25 ? part : part < 0.75 ? 0.5 - part : part - 1
        let x = folded * 2 * Double.pi
        var (sum, term) = (x, x)
        for n in 1...8 {
            term *= -x * x / Double(2 * n * (2 * n + 1))
            sum += term
        }
        return sum
    }
}
