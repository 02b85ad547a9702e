internal import Realtime

/// The sound that the loudspeaker played, by the moment the microphone heard it.
///
/// Both cards count samples on one clock. One card still holds samples to be played, the other
/// holds captured samples that were not read yet: from these two delays follows the sample that
/// left the loudspeaker when a captured one came in, until a card stops. Real-time after `init`.
public struct EchoReference: ~Copyable {
    private static let capacityMax = 1 << 15
    /// Played sound is placed this much later than the cards report: with slightly wrong reports,
    /// the echo must not come before its cause.
    static let lead = 96
    /// An average difference of delays above this means another alignment; one above `jump`, at
    /// once.
    private static let tolerance: Float = 72
    private static let jump = 720
    private static let jumpsMax = 3
    private static let share: Float = 1 / 64

    /// A power of two.
    private let capacity: Int
    private var played: FixedArray<Int16>
    /// Samples passed to the loudspeaker's card so far.
    private var written = 0
    /// The offset from the number of a captured sample to that of the played one; nil while
    /// unknown.
    private var offset: Int?
    private var error: Float = 0
    private var jumps = 0
    /// How often the alignment has changed.
    public private(set) var realignments = 0

    /// - Parameter isWanted: Whether the reference is used; if not, it takes no memory.
    public init(isWanted: Bool = true) {
        capacity = isWanted ? Self.capacityMax : 1
        played = FixedArray(count: capacity, repeating: 0)
    }

    /// Takes samples that were passed to the loudspeaker's card.
    public mutating func append(_ samples: Span<Int16>) {
        for i in samples.indices { played[(written &+ i) & (capacity - 1)] = samples[i] }
        written &+= samples.count
    }

    /// Takes the delays that both cards report at one moment.
    ///
    /// - Parameters:
    ///   - playbackDelay: Samples until one passed to the loudspeaker's card now is played.
    ///   - captureDelay: Samples captured and not read.
    ///   - captured: Samples read from the microphone's card so far.
    public mutating func align(playbackDelay: Int, captureDelay: Int, captured: Int) {
        let found = (written - playbackDelay) - (captured + captureDelay)
        guard let offset else {
            self.offset = found
            return
        }
        let difference = found - offset
        jumps = abs(difference) > Self.jump ? jumps + 1 : 0
        if jumps == 0 { error += (Float(difference) - error) * Self.share }
        if jumps >= Self.jumpsMax {
            move(to: found)
        } else if abs(error) > Self.tolerance {
            move(to: offset + Int(error))
        }
    }

    private mutating func move(to place: Int) {
        offset = place
        error = 0
        jumps = 0
        realignments += 1
    }

    /// The sample played when the microphone captured its sample of this number; silence while
    /// unknown.
    public func sample(at position: Int) -> Int16 {
        guard let offset else { return 0 }
        let place = position + offset + Self.lead
        let isKept = place < written && place >= written - capacity && place >= 0
        return isKept ? played[place & (capacity - 1)] : 0
    }

    /// Forgets the alignment: a card has stopped, and its queued samples are gone.
    public mutating func breakOff() {
        played.fill(with: 0)
        offset = nil
        error = 0
        jumps = 0
    }
}

/// The mean squares of one frame, where 1 is a full-scale square: as captured, after the canceller,
/// and of the sound played meanwhile.
public struct EchoPowers: Sendable {
    public var captured: Float
    public var left: Float
    public var played: Float
}

/// The audible reduction of the echo by the canceller.
///
/// Echo return loss enhancement (ITU-T G.168), measured while the loudspeaker plays and the
/// microphone hears clearly more than the room's noise. A person speaking here makes single moments
/// look bad, so the result follows the better moments: about the upper fifth. Pure.
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

/// Whether the loudspeaker sounds, or the room still echoes it.
///
/// Pure.
public struct SpeakerActivity: Sendable {
    /// Softer sound is inaudible through a wall of noise: dBFS.
    private static let floor: Float = -55
    /// Samples queued in the card, the path through the room and its echo: 350 ms.
    private static let holdSamples = 16_800

    private var left = 0

    public init() {}

    public var isSounding: Bool { left > 0 }

    /// Takes a block for the speaker.
    public mutating func add(_ played: Span<Int16>) {
        left = max(0, left - played.count)
        if Power.decibels(Power.mean(played)) > Self.floor { left = Self.holdSamples }
    }
}
