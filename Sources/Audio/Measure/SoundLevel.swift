/// Loudness in a word; the one table of what the words mean.
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
