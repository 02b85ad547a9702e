/// How loud sound is, in a word; the one table of what the words mean.
public enum SoundLevel: String, CaseIterable, Sendable {
    case silent, quiet, normal, loud, shouting

    /// The RMS over 300 ms, in dBFS, from which on it is called so.
    public var threshold: Double {
        switch self {
        // Nothing is softer.
        case .silent: LevelMeter.floor
        // The noise of a usual room and microphone stays below.
        case .quiet: -60
        // Speech at arm's length is above.
        case .normal: -40
        case .loud: -15
        // The peaks of a voice are 12 dB above: it is about to be cut off.
        case .shouting: -9
        }
    }

    /// The word for a level in dBFS RMS.
    public init(rms: Double) {
        self = Self.allCases.last { rms >= $0.threshold } ?? .silent
    }
}
