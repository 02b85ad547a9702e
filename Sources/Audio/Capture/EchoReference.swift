internal import Realtime

/// The sound that the loudspeaker played, by the moment the microphone heard it.
///
/// Both cards count samples on one clock. One card still holds samples to be played, the other
/// holds captured samples that were not read yet: the two delays tell which sample left the
/// loudspeaker when a captured one came in, and that remains true until a card stops. Real-time
/// after `init`.
public struct EchoReference: ~Copyable {
    private static let capacityMax = 1 << 15
    /// Played sound is placed this much later than the cards report: with slightly wrong reports,
    /// the echo must not come before its cause.
    static let lead = 96
    /// Delays that differ by more than this, on average, mean another alignment; by `jump`, at
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

    /// - Parameter isWanted: Whether the played sound will be asked for; else no memory is used.
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

    /// A card has stopped: its queued samples are gone, and the alignment changes.
    public mutating func breakOff() {
        played.fill(with: 0)
        offset = nil
        error = 0
        jumps = 0
    }
}
