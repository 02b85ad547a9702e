/// The mean squares of one frame, 1 being a full-scale square: as captured, after the canceller,
/// and of what was played meanwhile.
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

/// How well the echo is cancelled, as far as that can be heard.
///
/// Echo return loss enhancement (ITU-T G.168) of the moments in which the loudspeaker plays and
/// the microphone hears well more than the room's noise. Somebody speaking here makes single
/// moments look bad, so the figure follows the better ones: about the upper fifth. Pure.
public struct EchoEstimate: Sendable {
    /// Below this, what is left of the echo is a nuisance.
    public static let good: Float = 15

    private static let playedFloor: Float = -55
    private static let aboveNoise: Float = 12
    /// In dB a second.
    private static let rise: Float = 20
    private static let fall: Float = 5
    private static let noiseRise: Float = 1
    /// Echo outlasts what makes it: dB a second of a room that is slow to die away.
    private static let decay: Float = 170

    /// Decibels taken away, 0 to 60.
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
        // Once good, it is not given up for a little.
        isGood = decibels >= (isGood ? Self.good - 3 : Self.good)
    }

    public mutating func reset() { self = EchoEstimate() }
}
