/// Decibels without a C mathematics library, which Embedded Swift does not have.
///
/// Accurate to 0.001 dB; for meters and gains, not for signal paths.
enum Decibels {
    /// The amplitude ratio of a level difference: 10^(decibels / 20).
    static func ratio(_ decibels: Double) -> Double {
        // 10^(d/20) = 2^(whole + part), the part in 0..<1 by its power series.
        let exponent = decibels * 0.166_096_404_744_368_1
        let whole = exponent.rounded(.down)
        let x = (exponent - whole) * 0.693_147_180_559_945_3
        var term = 1.0
        var sum = 1.0
        for n in 1...12 {
            term *= x / Double(n)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: sum)
    }

    /// The level of an amplitude ratio: 20·log10(ratio); -infinity for 0.
    static func level(_ ratio: Double) -> Double {
        guard ratio > 0 else { return -.infinity }
        // ln(significand), 1..<2, by the series of artanh, whose argument is then below 1/3.
        let y = (ratio.significand - 1) / (ratio.significand + 1)
        var power = y
        var sum = 0.0
        for n in stride(from: 1.0, through: 15.0, by: 2.0) {
            sum += power / n
            power *= y * y
        }
        let ln = 2 * sum + Double(ratio.exponent) * 0.693_147_180_559_945_3
        return ln * 8.685_889_638_065_035
    }
}

/// The level of a stretch of samples, for decisions; meters have `LevelMeter`.
enum Power {
    /// The reading for silence, in dBFS.
    static let floor: Float = -96

    /// The mean square of samples; 1 is a full-scale square.
    static func mean(_ samples: Span<Int16>) -> Float {
        guard !samples.isEmpty else { return 0 }
        var squares: Int64 = 0
        for i in samples.indices { squares &+= Int64(Int32(samples[i]) &* Int32(samples[i])) }
        return Float(squares) / Float(samples.count) * (1 / (32_768 * 32_768))
    }

    /// The level of a mean square in dBFS, at least `floor`.
    static func decibels(_ power: Float) -> Float {
        guard power > 0 else { return floor }
        return max(floor, Float(Decibels.level(Double(power).squareRoot())))
    }

    /// The amplitude ratio of a level difference.
    static func ratio(_ decibels: Float) -> Float { Float(Decibels.ratio(Double(decibels))) }
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
