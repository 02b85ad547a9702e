internal import HAL
package import Realtime

/// The service manager's watchdog, fed only while the media loop turns.
package struct Watchdog {
    private let isThere: Bool
    private var ticks: UInt64 = 0

    package init(isThere: Bool) { self.isThere = isThere }

    /// Feeds it, if the media loop has turned since it was fed last.
    ///
    /// Once a second.
    package mutating func feed(_ counters: CounterTable<MediaCount>) {
        let ticks = counters[.ticks]
        guard isThere, ticks != self.ticks else { return }
        self.ticks = ticks
        ServiceNotifier.watchdog()
    }
}
