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

    /// Reads "192.0.2.1:5577", "[2001:db8::1]:5577" or "[fe80::1%eth0]:5577".
    ///
    /// With `defaultPort` the port may be missing, and then the brackets too. Numbers only:
    /// `NameLookup` looks names up.
    public init?(parsing text: String, defaultPort: UInt16? = nil) {
        guard let (host, port) = SocketAddress.split(text), let port = port ?? defaultPort
        else { return nil }
        self.init(host: host, port: port)
    }

    /// Reads a numeric address without a port.
    public init?(host: String, port: UInt16) {
        var address = clinux_address()
        guard unsafe clinux_address_parse(host, &address) == 0 else { return nil }
        address.port = port
        self.init(address)
    }

    /// Splits "host", "host:port", "[v6]:port" or "[v6]" into its parts, and leaves the host
    /// unresolved.
    ///
    /// Nil when the brackets or the port are malformed; a text with several colons and no brackets
    /// is an IPv6 address without a port.
    public static func split(_ text: String) -> (host: String, port: UInt16?)? {
        let bytes = Array(text.utf8)
        var hostEnd = bytes.count
        var rest = bytes.count
        var hostStart = 0
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostStart = 1
            hostEnd = close
            rest = close + 1
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes.lastIndex(of: UInt8(ascii: ":")) == colon
        {
            hostEnd = colon
            rest = colon
        }
        guard hostEnd > hostStart else { return nil }
        let host = String(decoding: bytes[hostStart..<hostEnd], as: UTF8.self)
        guard rest < bytes.count else { return (host, nil) }
        guard bytes[rest] == UInt8(ascii: ":"), let port = number(bytes[(rest + 1)...])
        else { return nil }
        return (host, port)
    }

    /// Reads a port of 1 to 5 digits, above 0.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...5).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return (1...65535).contains(value) ? UInt16(value) : nil
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

    /// The text that `init(parsing:)` reads.
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
