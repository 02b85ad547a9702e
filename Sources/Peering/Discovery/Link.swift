public import Wire

/// One family of addresses on one network interface: what a multicast socket reaches.
public struct Link: Hashable, Sendable {
    /// The kernel's number of the interface.
    public let interface: UInt32
    public let isIPv6: Bool

    public init(interface: UInt32, isIPv6: Bool) {
        self.interface = interface
        self.isIPv6 = isIPv6
    }
}

/// An address of this station, and how many of its bits all neighbours share.
public struct OwnAddress: Hashable, Sendable {
    public let endpoint: Endpoint
    /// How many of the 128 bits are the network's: an IPv4 network of 24 bits has 120.
    public let prefix: Int

    public init(_ endpoint: Endpoint, prefix: Int) {
        precondition((0...128).contains(prefix))
        self.endpoint = endpoint
        self.prefix = prefix
    }

    /// Whether another address belongs to the same network.
    func isNeighbour(of other: Endpoint) -> Bool {
        let high = mask(prefix)
        let low = mask(prefix - 64)
        return endpoint.isIPv4 == other.isIPv4 && (endpoint.high ^ other.high) & high == 0
            && (endpoint.low ^ other.low) & low == 0
    }

    /// The highest bits of a word.
    private func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? ~0 : ~(~0 >> UInt64(bits))
    }
}

/// A link, and this station's addresses on its interface, those of the other family, too.
public struct LinkAddresses: Hashable, Sendable {
    public let link: Link
    public let addresses: [OwnAddress]

    public init(_ link: Link, _ addresses: [OwnAddress]) {
        self.link = link
        self.addresses = addresses
    }

    /// Whether a datagram from there came from this machine.
    func isOwn(_ source: Endpoint) -> Bool {
        addresses.contains { $0.endpoint.high == source.high && $0.endpoint.low == source.low }
    }

    /// Whether a datagram from there has passed no router, as far as its address shows.
    func isOnLink(_ source: Endpoint) -> Bool {
        guard source.isIPv4 != link.isIPv6 else { return false }
        return source.isLinkLocal || addresses.contains { $0.isNeighbour(of: source) }
    }
}

extension Endpoint {
    /// fe80::/10 (RFC 4291 §2.5.6).
    fileprivate var isLinkLocal: Bool { high >> 54 == 0xFE80 >> 6 }
}
