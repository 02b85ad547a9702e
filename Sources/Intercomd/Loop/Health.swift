internal import HAL

/// Whether this program works as it should.
struct Health {
    var watchdog: Watchdog
    /// The media loop's count of turns at the last look.
    var ticksBefore: UInt64 = 0
    /// The media loop has not turned for a second.
    var isSoundStill = false
    /// Why memory is not locked; nil when it is.
    var memoryProblem: String?
    /// The media loop has ended.
    var hasStopped = false

    init(_ watchdog: Watchdog) { self.watchdog = watchdog }
}
