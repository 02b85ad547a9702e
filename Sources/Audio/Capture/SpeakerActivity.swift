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
