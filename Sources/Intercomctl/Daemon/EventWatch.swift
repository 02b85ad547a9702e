internal import Control
internal import Time

/// The daemon's events from now on, over a connection of its own.
struct EventWatch: ~Copyable {
    private var daemon: Daemon

    /// Nil if the daemon has no room for another watcher.
    init?(_ invocation: borrowing Invocation) throws(Failure) {
        var daemon = try Daemon(invocation)
        do throws(Failure) {
            guard case .monitor = try daemon.askAtOnce(.monitor) else { return nil }
        } catch { return nil }
        self.daemon = daemon
    }

    /// The next event of a known kind; nil if none arrives before `end`.
    mutating func next(until end: Instant) throws(Failure) -> Event? {
        while let line = try daemon.nextLine(until: end) {
            if let event = Event(parsing: line.span) { return event }
        }
        return nil
    }
}
