internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// The drift of both cards' clocks, measured while they move sound.
package struct CardClocks: ~Copyable {
    /// One direction of a card.
    struct Side {
        fileprivate var drift = ClockDrift()
        /// Samples since it began.
        fileprivate var moved = 0
        /// The uncertainty of the estimate published last.
        fileprivate var toldError = Double.infinity
    }

    /// An estimate this certain is always published.
    private static let errorGood = 5.0
    private static let steps = 1_000.0

    private var capture = Side()
    private var playback = Side()

    /// Samples were taken from the microphone's card just now.
    mutating func captured(_ count: Int, at now: Instant, _ counters: CounterTable<MediaCount>) {
        capture.moved += count
        if capture.drift.add(position: capture.moved, at: now) {
            Self.tell(&capture, counters, .captureDrift, .captureDriftError)
        }
    }

    /// The speaker's card has this many of the samples it was given yet to play.
    mutating func asked(queued: Int, at now: Instant, _ counters: CounterTable<MediaCount>) {
        if playback.drift.add(position: playback.moved - queued, at: now) {
            Self.tell(&playback, counters, .playbackDrift, .playbackDriftError)
        }
    }

    /// Samples were given to the speaker's card.
    mutating func played(_ count: Int) { playback.moved += count }

    /// The microphone's card begins anew: what was told of it stays until it is known as well.
    mutating func captureBegins() { capture.drift.reset() }

    mutating func playbackBegins() { playback.drift.reset() }

    /// The loop looked too late: the positions it saw just now are left out.
    mutating func distrust(at now: Instant) {
        capture.drift.distrust(at: now)
        playback.drift.distrust(at: now)
    }

    /// The card is gone: of the next one nothing is known.
    mutating func captureGone(_ counters: CounterTable<MediaCount>) {
        capture = Side()
        counters.set(.captureDriftError, to: .max)
    }

    mutating func playbackGone(_ counters: CounterTable<MediaCount>) {
        playback = Side()
        counters.set(.playbackDriftError, to: .max)
    }

    private static func tell(
        _ side: inout Side, _ counters: CounterTable<MediaCount>, _ drift: MediaCount,
        _ error: MediaCount
    ) {
        guard let found = side.drift.estimate,
            found.uncertaintyPPM <= max(side.toldError, errorGood)
        else { return }
        side.toldError = found.uncertaintyPPM
        // 100,000 ppm are no clock: the numbers below stay small.
        let ppm = max(-100_000, min(100_000, found.ppm))
        counters.set(drift, to: UInt64(bitPattern: Int64(ppm * steps)))
        counters.set(error, to: UInt64(min(100_000, found.uncertaintyPPM) * steps))
    }

    /// What the gauges of a card say: (ppm, uncertainty); nil while not known.
    package static func told(
        _ drift: UInt64, _ uncertainty: UInt64
    ) -> (ppm: Double, uncertainty: Double)? {
        guard uncertainty != .max else { return nil }
        let ppm = Int64(bitPattern: drift)
        return (Double(ppm) / steps, Double(uncertainty) / steps)
    }
}

/// Which descriptor wakes the loop: capture if it runs, else playback, else the timer.
///
/// Only the master's descriptors are armed: a card that is not served would wake the loop without
/// end. More than `wakesMax` wakes a period in which no sound moves are a fault of the card or its
/// driver; the timer then takes over until the card is opened again.
struct ClockMaster {
    enum Source: Equatable { case capture, playback, timer }

    static let wakesMax = 4
    /// How often the timer looks after a card that is master.
    static let guardInterval = Duration.milliseconds(250)

    var source = Source.timer
    /// Set by a fault: the timer wakes the loop although a card is open.
    var isDistrusted = false
    /// Whether each direction moves sound; one that does not is no master.
    var capture = StreamWatch()
    var playback = StreamWatch()
    /// How many descriptors are in the epoll set.
    private(set) var armed = 0

    private var descriptors = InlineArray<8, Int32>(repeating: -1)
    private var wakes = 0
    private var since = Instant(nanoseconds: 0)

    /// Sound was moved, or another master begins.
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
