internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// What the sound knows of one peer: its sessions, where it is, and what of it is heard.
final class SoundPeer: SealedEnd {
    /// A stream that comes in.
    struct Reception {
        var highest: UInt16 = 0
        /// Frames since the last report.
        var received = 0
        var lastAt: Instant
        /// It sounds here.
        var isSounding = false
        var isReporting = false
        /// Milliseconds played since the start.
        var played = 0
        var unheardAt: Instant?
    }

    var hearings = [Hearing](repeating: .unbound, count: 32)
    var priorities = [Priority](repeating: .normal, count: 32)
    var receptions: [UInt8: Reception] = [:]
}
