internal import Files
internal import HAL
internal import Media
internal import Realtime
internal import Report
internal import Time

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
