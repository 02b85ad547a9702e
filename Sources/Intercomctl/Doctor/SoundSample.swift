/// A second of a microphone, judged by its samples.
struct SoundSample: Equatable {
    /// How many samples stood at full scale.
    let clipped: Int
    /// Whether every sample was the same: what a muted or absent microphone gives.
    let isDead: Bool
    /// The largest sample, and the level in the quietest tenth of the time; dBFS.
    let peak: Double
    let floor: Double

    /// 20 ms at 48 kHz: short enough to find the pauses of whoever speaks.
    static let blockSamples = 960
    /// What silence reads.
    static let nothing = -96.0

    /// Nil when there is less than one block.
    init?(_ samples: [Int16]) {
        guard samples.count >= Self.blockSamples else { return nil }
        var energies: [Double] = []
        for start in stride(
            from: 0, through: samples.count - Self.blockSamples, by: Self.blockSamples)
        {
            var energy = 0.0
            for sample in samples[start..<start + Self.blockSamples] {
                energy += Double(sample) * Double(sample)
            }
            energies.append(energy / Double(Self.blockSamples))
        }
        energies.sort()
        let loudest = samples.map { Int($0).magnitude }.max() ?? 0
        clipped = samples.count { $0 == Int16.max || $0 <= -Int16.max }
        isDead = samples.allSatisfy { $0 == samples[0] }
        peak = Self.level(amplitude: Double(loudest))
        floor = Self.level(amplitude: energies[energies.count / 10].squareRoot())
    }

    init(clipped: Int = 0, isDead: Bool = false, peak: Double, floor: Double) {
        self.clipped = clipped
        self.isDead = isDead
        self.peak = peak
        self.floor = floor
    }

    /// 20 log10 of the share of full scale, good to 0.01 dB; Embedded Swift brings no logarithm.
    static func level(amplitude: Double) -> Double {
        guard amplitude > 0 else { return nothing }
        let ratio = amplitude / 32_768
        // ln of the significand, 1..<2, by the series of artanh, whose argument is below 1/3.
        let y = (ratio.significand - 1) / (ratio.significand + 1)
        var power = y
        var sum = 0.0
        for n in stride(from: 1.0, through: 11.0, by: 2.0) {
            sum += power / n
            power *= y * y
        }
        let ln = 2 * sum + Double(ratio.exponent) * 0.693_147_180_559_945
        return max(nothing, ln * 8.685_889_638_065_04)
    }
}
