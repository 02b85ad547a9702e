internal import Time

/// When the control loop takes first messages of handshakes, and how many.
///
/// In a flood each would wake the loop, and a turn costs more than the message. So after a turn
/// with many the rest stays in the kernel for a while, and they have a share of the processor,
/// however slow it is: sound, people and answers to our own handshakes wait for neither.
struct InitiationIntake {
    /// More than so many in a turn are a flood.
    static let calm = 4
    static let mostPerTurn = 128
    /// How long the rest stays in the kernel.
    ///
    /// The kernel keeps about ninety of them; in a longer time it would lose more than there is
    /// time for.
    static let rest = Duration.milliseconds(2)
    /// The share of the time that they have, in tenths, and how much of it they can save up, in ns:
    /// on a busy machine the loop comes late, and then finds more of them.
    static let share: Int64 = 3
    static let mostSaved: Int64 = 3_000_000
    /// What they have used too much is made up for, up to this, in ns: a rest of a second.
    static let mostOwed: Int64 = 300_000_000

    /// Until when they stay in the kernel; nil when the socket wakes the loop.
    private(set) var restsUntil: Instant?
    /// Processor time that they may use, in ns, as it was at this moment; below zero, they have
    /// used too much, and rest until it is made up for.
    private var saved = mostSaved
    private var savedAt = Instant(nanoseconds: 0)
    private var busyFrom: Int64 = 0

    /// A turn takes some, at this processor time of the thread.
    mutating func begin(busy: Int64, at now: Instant) {
        let passed = min((now - savedAt).nanoseconds, Self.mostOwed * 10)
        saved = min(saved + passed / 10 * Self.share, Self.mostSaved)
        savedAt = now
        busyFrom = busy
    }

    /// Whether the turn may take one more.
    func mayTake(after count: Int, busy: @autoclosure () -> Int64) -> Bool {
        guard count < Self.mostPerTurn else { return false }
        // The kernel is asked for the time when they are many.
        return count <= Self.calm || busy() - busyFrom < saved
    }

    /// Notes how many were taken in this turn.
    ///
    /// - Returns: Whether the socket is to be left alone until `restsUntil`.
    mutating func end(
        after count: Int, busy: @autoclosure () -> Int64, at now: Instant
    ) -> Bool {
        guard count > 0 else { return false }
        saved = max(saved - (busy() - busyFrom), -Self.mostOwed)
        guard count > Self.calm || saved < 0 else { return false }
        restsUntil = now + max(Self.rest, .nanoseconds(max(0, -saved) * 10 / Self.share))
        return true
    }

    /// Whether the rest is over.
    mutating func ends(at now: Instant) -> Bool {
        guard let restsUntil, now >= restsUntil else { return false }
        self.restsUntil = nil
        return true
    }
}
