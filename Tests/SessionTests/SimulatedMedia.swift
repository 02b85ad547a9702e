import Crypto
import Time
import Wire

/// The media thread's part for one peer: session keys and counts.
final class SimulatedMedia {
    var slots = KeySlots()
    /// Where packets go; it comes with a session.
    var endpoint: Endpoint?
    private var addresses: [UInt32: Endpoint] = [:]

    // The sessions' indices, for expectations, which cannot look into noncopyable values.
    var currentIndex: UInt32? { slots.currentIndex }
    var nextIndex: UInt32? { slots.nextIndex }

    var lastSent: Instant?
    var lastOpened: Instant?
    var lastRefused: Instant?
    /// Numbers of the audio frames heard, in the order they came.
    var heard: [UInt64] = []
    var refused = 0
    /// Sessions that were switched to, by our index.
    var switches: [UInt32] = []

    func install(_ keys: consuming SessionKeys, at endpoint: Endpoint) {
        addresses[keys.localIndex] = endpoint
        _ = slots.install(keys)
    }

    func address(of index: UInt32) -> Endpoint? { addresses[index] }

    /// The datagram, sealed on `current` or on the given session.
    func seal(
        _ plaintext: [UInt8], flags: FrameFlags, on index: UInt32? = nil, at now: Instant
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

    /// Moves the endpoint to that of the current session.
    func follow(_ index: UInt32) {
        switches.append(index)
        endpoint = addresses[index] ?? endpoint
    }
}
