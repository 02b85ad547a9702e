internal import HAL
internal import Realtime
package import Time

/// Cards and lines that the media loop hands back.
extension Devices {
    /// Ends what the media loop handed back.
    ///
    /// A device that comes back is not open any more. The event says so first, and why; but that
    /// ring may have been full, and nobody would open the device again.
    ///
    /// - Returns: whether the settings before have come back: the rest waits until the caller has
    ///   taken note of it.
    package mutating func takeReturns(_ rings: Rings, at now: Instant) -> Bool {
        while let returned = rings.returns.pop() {
            switch consume returned {
            case .session: break
            case .announcement: break
            case .utterance: break
            case .change: return true
            case .capture(let pcm): cards.close(pcm, at: now)
            case .playback(let pcm): cards.close(pcm, at: now)
            case .key(let line): lines.returned(line.name, at: now)
            }
        }
        return false
    }
}
