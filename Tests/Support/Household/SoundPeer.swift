internal import Crypto
internal import Station
internal import Time
internal import Wire

/// What the sound knows of one peer: its sessions, where it is, and what of it is heard.
final class SoundPeer {
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

    var slots = KeySlots()
    var endpoint: Endpoint?
    var lastSent: Instant?
    var lastOpened: Instant?
    var lastRefused: Instant?
    var hearings = [Hearing](repeating: .unbound, count: 32)
    var priorities = [Priority](repeating: .normal, count: 32)
    var receptions: [UInt8: Reception] = [:]
    private var endpoints: [UInt32: Endpoint] = [:]

    func install(_ keys: consuming SessionKeys, at endpoint: Endpoint) {
        endpoints[keys.localIndex] = endpoint
        _ = slots.install(keys)
    }

    /// The session with this index is the one in use from now on.
    func follow(_ index: UInt32) { endpoint = endpoints[index] ?? endpoint }

    /// The datagram, sealed on the session in use or on the given one; nil without it.
    func seal(
        _ plaintext: [UInt8], _ flags: FrameFlags, on index: UInt32?, at now: Instant
    ) -> [UInt8]? {
        var datagram = [UInt8](repeating: 0, count: plaintext.count + FrameLayout.overhead)
        var span = datagram.mutableSpan
        let size =
            if let index {
                slots.seal(
                    onIndex: index, flags: flags.rawValue, plaintext: plaintext.span, at: now,
                    into: &span)
            } else {
                slots.seal(flags: flags.rawValue, plaintext: plaintext.span, at: now, into: &span)
            }
        return size == nil ? nil : datagram
    }
}
