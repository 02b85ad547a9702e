/// Whether the loudspeaker sounds, or the room still answers it.
///
/// Pure.
public struct SpeakerActivity: Sendable {
    /// Softer than this nobody hears it through a wall of noise: dBFS.
    private static let floor: Float = -55
    /// What waits in the card, the way through the room and its answer: 350 ms.
    private static let holdSamples = 16_800

    private var left = 0

    public init() {}

    public var isSounding: Bool { left > 0 }

    /// Takes a block that is given to the speaker.
    public mutating func add(_ played: Span<Int16>) {
        left = max(0, left - played.count)
        if Power.decibels(Power.mean(played)) > Self.floor { left = Self.holdSamples }
    }
}
