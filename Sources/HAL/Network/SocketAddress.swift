internal import CLinux
public import Time

/// An IP address and a UDP port.
///
/// IPv4 is held as an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2), so that only one form is
/// compared.
public struct SocketAddress: Hashable, Sendable {
    public enum Family: Sendable { case ipv4, ipv6 }

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

    /// Returns every address of the machine, of both families.
    public static func any(port: UInt16) -> SocketAddress {
        SocketAddress(high: 0, low: 0, port: port)
    }

    /// Returns every IPv4 address of the machine.
    public static func anyIPv4(port: UInt16) -> SocketAddress {
        SocketAddress(high: 0, low: mappedPrefix, port: port)
    }

    /// Returns the same address with another port.
    func at(port: UInt16) -> SocketAddress {
        SocketAddress(high: high, low: low, port: port, scope: scope)
    }

    public var family: Family {
        high == 0 && low >> 32 == SocketAddress.mappedPrefix >> 32 ? .ipv4 : .ipv6
    }

    /// Whether the address is in 127.0.0.0/8, or is ::1.
    public var isLoopback: Bool {
        family == .ipv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1
    }

    /// Bytes of the IP and UDP headers of a datagram to this address.
    public var datagramOverhead: Int { family == .ipv4 ? 28 : 48 }

    private static let mappedPrefix: UInt64 = 0xffff_0000_0000

    /// Reads a numeric address, such as "192.0.2.1", "2001:db8::1" or "fe80::1%eth0"; `NameLookup`
    /// looks names up.
    public init?(host: String, port: UInt16) {
        var address = clinux_address()
        guard unsafe clinux_address_parse(host, &address) == 0 else { return nil }
        address.port = port
        self.init(address)
    }

    init(_ address: clinux_address) {
        self.init(
            high: address.high, low: address.low, port: address.port, scope: address.scope)
    }

    /// The same address in CLinux's form.
    var raw: clinux_address { clinux_address(high: high, low: low, scope: scope, port: port) }
}

extension SocketAddress: CustomStringConvertible {
    /// The address without its port, such as "192.0.2.1" or "fe80::1%eth0".
    public var host: String {
        var address = raw
        return unsafe withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: Int(CLINUX_ADDRESS_TEXT_MAX)
        ) { text in
            // SAFETY: the buffer is as long as the call demands, and ends with a zero after it.
            unsafe clinux_address_format(&address, text.baseAddress!)
            return unsafe String(cString: text.baseAddress!)
        }
    }

    /// The address with its port, such as "192.0.2.1:5577" or "[fe80::1%eth0]:5577".
    public var description: String {
        family == .ipv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}

/// The look-up of one host name, on its own thread: the C library's resolver blocks for as long as
/// a name server is silent.
public struct NameLookup {
    public enum Answer: Equatable, Sendable {
        /// The addresses, best first, with port 0; at most eight.
        case found([SocketAddress])
        case failed(ResolutionError)
        /// No answer came in time; a longer wait may bring one.
        case silent
    }

    private let work: Background<Answer>

    /// Begins to look up a name, or a numeric address.
    public init(_ host: String) {
        work = Background { Self.lookUp(host) }
    }

    /// Returns the answer, once; waits at most for the limit.
    public func answer(within limit: Duration = .zero) -> Answer {
        work.take(within: limit) ?? .silent
    }

    /// Returns when to look for the answer again.
    public func look(at now: Instant) -> Instant { work.look(at: now) }

    private static func lookUp(_ host: String) -> Answer {
        var found = InlineArray<8, clinux_address>(repeating: clinux_address())
        var span = found.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the call writes at most `count` addresses.
            unsafe clinux_resolve(host, buffer.baseAddress!, Int32(buffer.count))
        }
        guard count > 0 else { return .failed(ResolutionError(host: host, code: count)) }
        return .found((0..<Int(count)).map { SocketAddress(found[$0]) })
    }
}

/// A host name that could not be turned into an address.
public struct ResolutionError: Error, Equatable, Sendable {
    public let host: String
    /// The resolver's code (EAI_…).
    public let code: Int32
}

extension ResolutionError: CustomStringConvertible {
    public var description: String {
        // SAFETY: the text is a constant of the C library, terminated by a zero.
        let reason = unsafe String(cString: gai_strerror(code))
        return "address of \(host): \(reason)"
    }
}
