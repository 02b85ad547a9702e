internal import Time

/// When the control loop takes first messages of handshakes, and how many.
///
/// In a flood each would wake the loop, and a turn costs more than the message. So after a turn
/// with many the rest stays in the kernel for a while, and no turn takes more than a part of it:
/// sound, people and answers to our own handshakes wait for neither.
struct InitiationIntake {
    /// More than so many in a turn are a flood.
    static let calm = 4
    static let mostPerTurn = 128
    /// Of each such time they have a part.
    static let slot = Duration.milliseconds(10)
    /// Processor time in a slot, in ns.
    static let busyMax: Int64 = 3_000_000

    /// Until when they stay in the kernel; nil when the socket wakes the loop.
    private(set) var restsUntil: Instant?
    private var busyFrom: Int64 = 0

    /// A turn takes some, at this processor time of the thread.
    mutating func begin(busy: Int64) { busyFrom = busy }

    /// Whether the turn may take one more.
    func mayTake(after count: Int, busy: @autoclosure () -> Int64) -> Bool {
        guard count < Self.mostPerTurn else { return false }
        // The kernel is asked for the time when they are many.
        return count <= Self.calm || busy() - busyFrom < Self.busyMax
    }

    /// So many were taken.
    ///
    /// - Returns: Whether the socket is to be left alone until `restsUntil`.
    mutating func end(after count: Int, at now: Instant) -> Bool {
        guard count > Self.calm else { return false }
        restsUntil = now + Self.slot
        return true
    }

    /// Whether the rest is over.
    mutating func ends(at now: Instant) -> Bool {
        guard let restsUntil, now >= restsUntil else { return false }
        self.restsUntil = nil
        return true
    }
}
