/// Measures the level of sound, and whether it clips, for `status`, `stats` and `levels`.
///
/// Levels are dBFS: a full-scale square reads 0, a full-scale sine reads 0 peak and -3.0 RMS. The
/// peak is that of the samples and falls 20 dB in 1.7 s; the RMS integrates over 300 ms. The
/// constant offset that cheap converters add is no sound, and is left out. Real-time.
public struct LevelMeter: Sendable {
    /// The reading for silence.
    public static let floor = -96.0

    private var peakAmplitude: Float = 0
    private var meanSquare: Float = 0
    /// The mean of the samples of late, in steps; nil before the first.
    private var offset: Float?
    /// How often at least three samples in a row were at full scale.
    public private(set) var clips: UInt64 = 0
    private var run = 0
    private var lastSide: Int32 = 0

    /// The meter advances in steps of 2.5 ms, the shortest block.
    private static let step = 120
    /// One step of falling 20 dB in 1.7 s: 10^(-2.5/1700).
    private static let peakDecay: Float = 0.996_619_6
    /// One step of forgetting over 300 ms: e^(-2.5/300).
    private static let squareDecay: Float = 0.991_701_3
    /// One step of following an offset over 100 ms: e^(-2.5/100).
    private static let offsetDecay: Float = 0.975_309_9
    /// A converter at its limit returns values from here on.
    private static let clipped: Int32 = 32_766

    public init() {}

    /// Takes a block of 48 kHz mono: any multiple of 120 samples.
    public mutating func add(_ samples: Span<Int16>) {
        guard !samples.isEmpty else { return }
        var (low, high) = (Int32(samples[0]), Int32(samples[0]))
        var (sum, squares): (Int64, Int64) = (0, 0)
        for i in samples.indices {
            let sample = Int32(samples[i])
            low = min(low, sample)
            high = max(high, sample)
            sum &+= Int64(sample)
            squares &+= Int64(sample &* sample)
        }
        let scale: Float = 1 / 32_768
        var (peakKept, squareKept, offsetKept): (Float, Float, Float) = (1, 1, 1)
        for _ in 0..<max(1, samples.count / Self.step) {
            peakKept *= Self.peakDecay
            squareKept *= Self.squareDecay
            offsetKept *= Self.offsetDecay
        }
        let mean = Float(sum) / Float(samples.count)
        let total = Float(squares) / Float(samples.count)
        let offset = updateOffset(mean, total, kept: offsetKept)
        let peak = max(Float(high) - offset, offset - Float(low))
        peakAmplitude = max(peak * scale, peakAmplitude * peakKept)
        let square = max(0, total - (2 * mean - offset) * offset) * scale * scale
        meanSquare = square + (meanSquare - square) * squareKept
        // Searched only where clipping is possible: nearly never.
        if max(high, -low) >= Self.clipped || run > 0 { countClips(samples) }
    }

    /// Follows the offset; returns its value before these samples.
    private mutating func updateOffset(_ mean: Float, _ square: Float, kept: Float) -> Float {
        // If the first samples are far from 0 and close together, they are an offset, not sound.
        let before = offset ?? (square < 1.06 * mean * mean ? mean : 0)
        offset = mean + (before - mean) * kept
        return before
    }

    private mutating func countClips(_ samples: Span<Int16>) {
        for i in samples.indices {
            let sample = Int32(samples[i])
            let side: Int32 = sample >= Self.clipped ? 1 : sample <= -Self.clipped - 1 ? -1 : 0
            run = side == 0 ? 0 : side == lastSide ? run + 1 : 1
            lastSide = side
            // Two may be chance; a clipped voice has many.
            if run == 3 { clips &+= 1 }
        }
    }

    /// Peak and RMS of this moment.
    public var reading: Reading { Reading(peakAmplitude: peakAmplitude, meanSquare: meanSquare) }

    /// dBFS, at least `floor`.
    public var rms: Double { reading.rms }

    /// Reads silence again; clips stay counted.
    public mutating func reset() {
        let clips = clips
        self = LevelMeter()
        self.clips = clips
    }
}

extension LevelMeter {
    /// Peak and RMS of one moment, in one machine word, so that another thread can read both
    /// together.
    public struct Reading: Equatable, Sendable {
        private let peakAmplitude: Float
        private let meanSquare: Float

        init(peakAmplitude: Float, meanSquare: Float) {
            self.peakAmplitude = peakAmplitude
            self.meanSquare = meanSquare
        }

        /// Unpacks a reading; 0 reads silence.
        public init(packed: UInt64) {
            peakAmplitude = Float(bitPattern: UInt32(truncatingIfNeeded: packed >> 32))
            meanSquare = Float(bitPattern: UInt32(truncatingIfNeeded: packed))
        }

        /// Both levels in one number.
        public var packed: UInt64 {
            UInt64(peakAmplitude.bitPattern) << 32 | UInt64(meanSquare.bitPattern)
        }

        /// dBFS, at least `floor`.
        public var peak: Double { max(LevelMeter.floor, Decibels.level(Double(peakAmplitude))) }

        /// dBFS, at least `floor`.
        public var rms: Double {
            max(LevelMeter.floor, Decibels.level(Double(meanSquare).squareRoot()))
        }
    }
}

/// Words for loudness; the one table of their meanings.
public enum SoundLevel: String, CaseIterable, Sendable {
    case silent, quiet, normal, loud, shouting

    /// The word applies from this RMS over 300 ms on, in dBFS.
    public var threshold: Double {
        switch self {
        // No sound is softer.
        case .silent: LevelMeter.floor
        // The noise of a usual room and microphone stays below this.
        case .quiet: -60
        // Speech at arm's length is above this.
        case .normal: -40
        case .loud: -15
        // The peaks of a voice are 12 dB above: it is about to clip.
        case .shouting: -9
        }
    }

    /// The word for a level in dBFS RMS.
    public init(rms: Double) {
        self = Self.allCases.last { rms >= $0.threshold } ?? .silent
    }
}
