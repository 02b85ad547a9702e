/// Measures how loud sound is, for `status` and `intercomctl monitor`.
///
/// Levels are dBFS: a full-scale square reads 0, a full-scale sine reads 0 peak and -3.0 RMS.
/// The peak falls 20 dB in 1.7 s; the RMS integrates over 300 ms. Real-time.
public struct LevelMeter: Sendable {
    /// What silence reads.
    public static let floor = -96.0

    private var peakAmplitude: Float = 0
    private var meanSquare: Float = 0

    /// 10 ms of falling 20 dB in 1.7 s.
    private static let peakDecay: Float = 0.986_55
    /// 10 ms of a 300 ms integration: 1 - e^(-10/300).
    private static let rmsShare: Float = 0.032_784

    public init() {}

    /// Takes one more frame into account.
    public mutating func add(_ frame: borrowing Frame) {
        var peak: Int32 = 0
        var squares: Int64 = 0
        let samples = frame.span
        for i in samples.indices {
            let sample = Int32(samples[i])
            peak = max(peak, abs(sample))
            squares &+= Int64(sample &* sample)
        }
        let scale: Float = 1 / 32_768
        peakAmplitude = max(Float(peak) * scale, peakAmplitude * Self.peakDecay)
        let square = Float(squares) / Float(PCM.frameSamples) * scale * scale
        meanSquare += (square - meanSquare) * Self.rmsShare
    }

    /// dBFS, at least `floor`.
    public var peak: Double { max(Self.floor, Decibels.level(Double(peakAmplitude))) }

    /// dBFS, at least `floor`.
    public var rms: Double {
        max(Self.floor, Decibels.level(Double(meanSquare).squareRoot()))
    }

    /// Reads silence again.
    public mutating func reset() { self = LevelMeter() }
}
