internal import HAL
package import Media
internal import Realtime
package import Time

/// Cards and lines that the media loop hands back.
extension Devices {
    /// Ends what the media loop handed back.
    ///
    /// A device that comes back is not open any more. The event says so first, and why; but that
    /// ring may have been full, and nobody would open the device again. Closing a card that hangs
    /// may take seconds: all else that the loop has to do comes between it and the next one.
    ///
    /// - Returns: whether the settings before have come back: the rest waits until the caller has
    ///   taken note of it.
    package mutating func takeReturns(
        _ rings: Rings, _ watchdog: inout Watchdog, at now: inout Instant
    ) -> Bool {
        owesReturns = false
        while !owesReturns, let returned = rings.returns.pop() {
            let begin = Clock.now()
            switch consume returned {
            case .session: break
            case .announcement: break
            case .utterance: break
            case .change: return true
            case .capture(let pcm):
                watchdog.feed(rings.counters)
                _ = consume pcm
                Cards.returned(&cards.input, at: now)
            case .playback(let pcm):
                watchdog.feed(rings.counters)
                _ = consume pcm
                Cards.returned(&cards.output, at: now)
            case .key(let line): lines.returned(line.name, at: now)
            }
            let end = Clock.now()
            owesReturns = end - begin >= Backoff.slow
            if owesReturns { now = end }
        }
        return false
    }
}
