/// The mean squares of one frame, where 1 is a full-scale square: as captured, after the canceller,
/// and of the sound played meanwhile.
public struct EchoPowers: Sendable {
    public var captured: Float
    public var left: Float
    public var played: Float

    public init(captured: Float, left: Float, played: Float) {
        self.captured = captured
        self.left = left
        self.played = played
    }
}

/// The audible reduction of the echo by the canceller.
///
/// Echo return loss enhancement (ITU-T G.168), measured while the loudspeaker plays and the
/// microphone hears clearly more than the room's noise. A person speaking here makes single moments
/// look bad, so the result follows the better ones: about the upper fifth. Pure.
public struct EchoEstimate: Sendable {
    /// Below this, the remaining echo disturbs.
    public static let good: Float = 15

    private static let playedFloor: Float = -55
    private static let aboveNoise: Float = 12
    /// In dB a second.
    private static let rise: Float = 20
    private static let fall: Float = 5
    private static let noiseRise: Float = 1
    /// Echo outlasts its source: dB per second in a slowly decaying room.
    private static let decay: Float = 170

    /// Decibels of echo removed, 0 to 60.
    public private(set) var decibels: Float = 0
    /// Whether the echo is cancelled well enough to speak and listen at once.
    public private(set) var isGood = false
    /// Whether the loudspeaker plays, or the room still answers.
    public private(set) var isPlaying = false
    private var envelope = Power.floor
    private var noise: Float = 0

    public init() {}

    /// Takes one more frame of so many samples into account.
    public mutating func add(_ powers: EchoPowers, samples: Int) {
        let seconds = Float(samples) / Float(PCM.sampleRate)
        envelope = max(Power.decibels(powers.played), envelope - Self.decay * seconds)
        isPlaying = envelope > Self.playedFloor
        let heard = Power.decibels(powers.captured)
        noise = min(heard, noise + Self.noiseRise * seconds)
        guard isPlaying, heard > noise + Self.aboveNoise else { return }
        let gone = heard - Power.decibels(powers.left)
        decibels += (gone > decibels ? Self.rise : -Self.fall) * seconds
        decibels = min(60, max(0, decibels))
        // Hysteresis: small changes do not end a good state.
        isGood = decibels >= (isGood ? Self.good - 3 : Self.good)
    }
}
