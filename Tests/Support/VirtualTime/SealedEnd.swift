package import Crypto
package import Time
package import Wire

/// What the media thread of a station has for one peer: the keys of its sessions, and where it is.
open class SealedEnd {
    package var slots = KeySlots()
    /// Where packets go; it comes with a session.
    package var endpoint: Endpoint?
    package var lastSent: Instant?
    package var lastOpened: Instant?
    package var lastRefused: Instant?
    private var endpoints: [UInt32: Endpoint] = [:]

    package init() {}

    package func install(_ keys: consuming SessionKeys, at endpoint: Endpoint) {
        endpoints[keys.localIndex] = endpoint
        _ = slots.install(keys)
    }

    /// The session with this index is the one in use from now on.
    open func follow(_ index: UInt32) { endpoint = endpoints[index] ?? endpoint }

    /// The datagram, sealed on the session in use or on the given one; nil without it.
    package func seal(
        _ plaintext: [UInt8], _ flags: PacketFlags, on index: UInt32? = nil, at now: Instant
    ) -> [UInt8]? {
        var datagram = [UInt8](repeating: 0, count: plaintext.count + PacketLayout.overhead)
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

/// Session keys on their way to the media thread: a closure holds nothing noncopyable itself.
package final class Crate {
    package var keys: SessionKeys?
    package init(_ keys: consuming SessionKeys) { self.keys = consume keys }
}
