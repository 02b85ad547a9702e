internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Station
internal import Time

/// The schedule of the meters for watchers, and the view of a closed microphone: no more than its
/// level, a few times a second.
struct SoundWatch {
    /// 20 looks a second.
    private static let interval = Duration.milliseconds(50)

    private var isWanted = false
    private var nextLook = Instant(nanoseconds: .min)
    /// The level of the closed microphone.
    private(set) var slow = SlowLevel()

    /// The time for the next `look`; nil while nobody watches.
    var deadline: Instant? { isWanted ? nextLook : nil }

    /// Whether to send the levels to watchers now.
    mutating func look(isWatched: Bool, at now: Instant) -> Bool {
        if isWatched != isWanted {
            isWanted = isWatched
            nextLook = Instant(nanoseconds: .min)
        }
        guard isWatched, now >= nextLook else { return false }
        nextLook = max(now, nextLook + Self.interval)
        return true
    }

    /// Takes the level of the microphone; called in each turn.
    mutating func update(_ rings: Rings, at now: Instant) {
        slow.update(rings.counters[.microphoneMeter], rings.counters[.microphoneClips], at: now)
    }
}

/// The public level of the closed microphone: five times a second at most, however often it is
/// asked for.
struct SlowLevel {
    static let interval = Duration.milliseconds(200)

    private(set) var reading = LevelMeter.Reading(packed: LevelMeter().reading.packed)
    private(set) var clips: UInt64 = 0
    private var takenAt: Instant?

    /// Takes the meter's reading, unless the last one is too recent.
    mutating func update(_ packed: UInt64, _ clips: UInt64, at now: Instant) {
        if let takenAt, now - takenAt < Self.interval { return }
        takenAt = now
        reading = LevelMeter.Reading(packed: packed)
        self.clips = clips
    }
}
