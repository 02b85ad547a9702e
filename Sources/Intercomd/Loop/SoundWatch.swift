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

/// Whether this program works as it should.
struct Health {
    /// The media loop need not have turned at the first check, which is at the start.
    private static let grace = Duration.seconds(1)

    var watchdog: Watchdog
    private let startedAt: Instant
    /// The media loop's count of turns at the last check.
    private var ticksBefore: UInt64 = 0
    /// Whether the media loop has not turned for a second.
    private(set) var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    private(set) var memoryFault: Fault?
    /// Whether the media loop has ended.
    var hasStopped = false

    init(_ watchdog: Watchdog, startedAt: Instant) {
        self.watchdog = watchdog
        self.startedAt = startedAt
    }

    /// Locks the memory, after the first attempt at the cards: locked memory that reading
    /// alsa-lib's settings took from the heap could not be given back.
    mutating func lockMemory() {
        do throws(SystemError) {
            try MemoryLock.lock()
        } catch {
            Log.warning(error.description)
            memoryFault = Fault("memory", error.finding, fix: error.fix)
        }
    }

    /// Checks once a second whether the media loop turns, and feeds the watchdog if it does.
    mutating func look(_ counters: CounterTable<MediaCount>, at now: Instant) {
        let ticks = counters[.ticks]
        isSoundStill = ticks == ticksBefore && now >= startedAt + Self.grace
        ticksBefore = ticks
        watchdog.feed(counters)
    }
}
