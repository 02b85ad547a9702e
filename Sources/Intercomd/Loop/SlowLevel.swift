internal import Audio
internal import Time

/// The level of the closed microphone as it may be shown: five times a second at most, however
/// often somebody asks.
struct SlowLevel {
    static let interval = Duration.milliseconds(200)

    private(set) var reading = LevelMeter.Reading(packed: LevelMeter().reading.packed)
    private(set) var clips: UInt64 = 0
    private var takenAt: Instant?

    /// Takes what the meter says now, unless the last look was too short a time ago.
    mutating func follow(_ packed: UInt64, _ clips: UInt64, at now: Instant) {
        if let takenAt, now - takenAt < Self.interval { return }
        takenAt = now
        reading = LevelMeter.Reading(packed: packed)
        self.clips = clips
    }
}
