/// The address of a peer on the network: an IP address and a UDP port.
///
/// IPv4 is held as an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2): there is one form to compare,
/// and the cookie of protocol.md §1.6 can use the sixteen bytes as they are.
public struct Endpoint: Hashable, Sendable {
    /// The sixteen address bytes, network order, as two big-endian halves.
    public let high: UInt64
    public let low: UInt64
    public let port: UInt16
    /// The interface a link-local address belongs to; 0 for every other address.
    public let scope: UInt32

    public init(high: UInt64, low: UInt64, port: UInt16, scope: UInt32 = 0) {
        self.high = high
        self.low = low
        self.port = port
        self.scope = scope
    }

    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether it can be one other machine's address, even far away: no multicast, broadcast,
    /// unspecified, loopback or link-local address (RFC 6890), and no port 0.
    public var isOfOneHost: Bool {
        guard port != 0 else { return false }
        if isIPv4 {
            let first = low >> 24 & 0xFF
            let isOfLink = low >> 16 & 0xFFFF == 0xA9FE
            return first != 0 && first != 127 && first < 224 && !isOfLink
        }
        return high >> 56 != 0xFF && high >> 54 != 0x3FA && !(high == 0 && low < 2)
    }
}
