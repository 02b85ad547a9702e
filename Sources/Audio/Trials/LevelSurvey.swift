/// Judges a microphone's level over a few seconds, for a person who sets a station up.
///
/// Levels are RMS in dBFS over 10 ms, without the constant offset that cheap converters add.
public struct LevelSurvey: Sendable {
    public enum Verdict: String, Sendable {
        /// Not even noise: muted, unplugged, or no microphone.
        case silent
        /// No person spoke, or the gain is low.
        case quiet
        case normal
        /// Speech leaves no headroom.
        case loud
        /// Samples are clipped.
        case clipping

        /// The verdict for a level in dBFS and a number of clips.
        public init(level: Double, clips: Int) {
            self =
                if clips >= LevelSurvey.clipsAllowed {
                    .clipping
                } else if level < LevelSurvey.silence {
                    .silent
                } else if level < LevelSurvey.quiet {
                    .quiet
                } else {
                    level > LevelSurvey.loud ? .loud : .normal
                }
        }
    }

    /// Mean squares of the blocks; full scale is 1.
    private var energies: [Float] = []
    private var meter = LevelMeter()
    /// How often at least three samples in a row were at full scale.
    public var clips: Int { Int(meter.clips) }

    /// Below this level, not even a converter's noise is heard.
    public static let silence = -75.0
    /// Speech at arm's length is above this level.
    public static let quiet = -42.0
    /// Speech above this level clips when a person laughs.
    public static let loud = -9.0
    /// Three samples at full scale may be chance; a clipped voice has many.
    private static let clipsAllowed = 3

    public init() {}

    /// Measures one more block; returns its level.
    @discardableResult
    public mutating func add(_ block: Block) -> Double {
        var sum: Int64 = 0
        var squares: Int64 = 0
        for i in block.indices {
            let sample = Int64(block[i])
            sum += sample
            squares += sample * sample
        }
        meter.add(block.span)
        let mean = Float(sum) / Float(PCM.blockMax)
        let energy = max(0, Float(squares) / Float(PCM.blockMax) - mean * mean)
        energies.append(energy / (32_768 * 32_768))
        return Self.level(energies[energies.count - 1])
    }

    /// The level that one block in twenty exceeds: that of the speech, if there was any.
    public var level: Double { quantile(19, of: 20) }

    /// The level that one block in ten stays below: that of the room.
    public var noiseFloor: Double { quantile(1, of: 10) }

    public var verdict: Verdict { Verdict(level: level, clips: clips) }

    private func quantile(_ part: Int, of parts: Int) -> Double {
        guard !energies.isEmpty else { return LevelMeter.floor }
        let sorted = energies.sorted()
        return Self.level(sorted[min(sorted.count - 1, sorted.count * part / parts)])
    }

    private static func level(_ energy: Float) -> Double {
        max(LevelMeter.floor, Decibels.level(Double(energy).squareRoot()))
    }
}
