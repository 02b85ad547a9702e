/// Measures how loud sound is, for `status` and `intercomctl monitor`.
///
/// Levels are dBFS: a full-scale square reads 0, a full-scale sine reads 0 peak and -3.0 RMS.
/// The peak falls 20 dB in 1.7 s; the RMS integrates over 300 ms. Real-time.
public struct LevelMeter: Sendable {
    /// What silence reads.
    public static let floor = -96.0

    private var peakAmplitude: Float = 0
    private var meanSquare: Float = 0

    /// 2.5 ms of falling 20 dB in 1.7 s.
    private static let peakDecay: Float = 0.996_62
    /// 2.5 ms of a 300 ms integration: 1 - e^(-2.5/300).
    private static let rmsShare: Float = 0.008_299

    public init() {}

    /// Takes more sound into account, any number of samples; falls by steps of 2.5 ms.
    public mutating func add(_ sound: Span<Int16>) {
        var start = 0
        while start < sound.count {
            let end = min(start + PCM.blockStep, sound.count)
            addStep(sound.extracting(start..<end))
            start = end
        }
    }

    /// Takes 10 ms more into account.
    public mutating func add(_ frame: borrowing Frame) { add(frame.span) }

    private mutating func addStep(_ samples: Span<Int16>) {
        var peak: Int32 = 0
        var squares: Int64 = 0
        for i in samples.indices {
            let sample = Int32(samples[i])
            peak = max(peak, abs(sample))
            squares &+= Int64(sample &* sample)
        }
        let scale: Float = 1 / 32_768
        peakAmplitude = max(Float(peak) * scale, peakAmplitude * Self.peakDecay)
        let square = Float(squares) / Float(samples.count) * scale * scale
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
