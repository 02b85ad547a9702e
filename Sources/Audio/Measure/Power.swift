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
