internal import Audio
internal import HAL
internal import Realtime
internal import Time

/// The drift of a card's clock, measured while the card moves sound.
package struct CardClock {
    /// An estimate at least this certain is always published.
    private static let errorGood = 5.0
    private static let steps = 1_000.0

    private let direction: PCMError.Direction
    private var drift = ClockDrift()
    /// Samples since the card began.
    private var moved = 0
    /// The uncertainty of the estimate published last.
    private var toldError = Double.infinity

    init(_ direction: PCMError.Direction) { self.direction = direction }

    /// Counts samples taken from the card, or given to it.
    mutating func add(_ samples: Int) { moved += samples }

    /// Takes a position: of all samples moved, the card has now finished all but `queued`.
    mutating func update(queued: Int, at now: Instant, _ counters: CounterTable<MediaCount>) {
        guard drift.add(position: moved - queued, at: now), let found = drift.estimate,
            found.uncertaintyPPM <= max(toldError, Self.errorGood)
        else { return }
        toldError = found.uncertaintyPPM
        // No clock is off by 100,000 ppm; the bound keeps the numbers below small.
        let ppm = max(-100_000, min(100_000, found.ppm))
        let isCapture = direction == .capture
        counters.set(
            isCapture ? .captureDrift : .playbackDrift,
            to: UInt64(bitPattern: Int64(ppm * Self.steps)))
        counters.set(
            isCapture ? .captureDriftError : .playbackDriftError,
            to: UInt64(min(100_000, found.uncertaintyPPM) * Self.steps))
    }

    /// Starts again with the card: the published drift stays until the new one is as certain.
    mutating func begins() { drift.reset() }

    /// Leaves out the positions seen just now: the loop looked too late.
    mutating func distrust(at now: Instant) { drift.distrust(at: now) }

    /// Forgets the drift: the card is gone, and nothing is known of the next one.
    mutating func forget(_ counters: CounterTable<MediaCount>) {
        self = CardClock(direction)
        counters.set(
            direction == .capture ? .captureDriftError : .playbackDriftError, to: .max)
    }

    /// The drift and its uncertainty in ppm, as the gauges of a card hold them; nil while unknown.
    package static func told(
        _ drift: UInt64, _ uncertainty: UInt64
    ) -> (ppm: Double, uncertainty: Double)? {
        guard uncertainty != .max else { return nil }
        let ppm = Int64(bitPattern: drift)
        return (Double(ppm) / steps, Double(uncertainty) / steps)
    }
}
