internal import HAL
internal import Time

/// Decides which descriptor wakes the loop: capture if it runs, else playback, else the timer.
///
/// Only the master's descriptors are armed: a card that is not served would wake the loop without
/// end. More than `wakesMax` wakes in a period without sound are a fault of the card or its driver;
/// then the timer takes over until the card is opened again.
struct ClockMaster {
    enum Source: Equatable { case card(PCMError.Direction), timer }

    static let wakesMax = 4
    /// How often the timer checks a card that is master.
    static let guardInterval = Duration.milliseconds(250)

    var source = Source.timer
    /// Whether a fault made the timer wake the loop although a card is open.
    var isDistrusted = false
    /// How many descriptors are in the epoll set.
    private(set) var armed = 0

    private var descriptors = InlineArray<8, Int32>(repeating: -1)
    private var wakes = 0
    private var since = Instant(nanoseconds: 0)

    /// Notes that sound was moved, or that another master begins.
    mutating func progressed(at now: Instant) {
        wakes = 0
        since = now
    }

    /// Counts a wake by the card; true when it has woken the loop too often without sound.
    mutating func countWake(at now: Instant, period: Int64) -> Bool {
        if (now - since).nanoseconds > period {
            wakes = 0
            since = now
        }
        wakes += 1
        return wakes > Self.wakesMax
    }

    mutating func remember(_ fd: Int32) {
        precondition(armed < Token.cardDescriptorsMax)
        descriptors[armed] = fd
        armed += 1
    }

    mutating func disarm(in loop: borrowing EventLoop) {
        for place in 0..<armed { try? loop.remove(fd: descriptors[place]) }
        armed = 0
    }
}
