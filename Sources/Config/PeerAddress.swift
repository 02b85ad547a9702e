/// A host, by name or by number, and a UDP port.
public struct PeerAddress: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The port of a station that says nothing else.
    public static let defaultPort: UInt16 = 5577

    /// Reads `host`, `host:port`, `192.0.2.17`, `2001:db8::1` or `[2001:db8::1]:port`.
    ///
    /// Nil when it is none of these. The name is not looked up.
    public init?(text: String) {
        guard case .value(let address) = Self.parse(text) else { return nil }
        self = address
    }
}

extension PeerAddress: CustomStringConvertible {
    /// As it is written in a configuration.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension PeerAddress {
    static func parse(_ text: String) -> Parsed<PeerAddress> {
        var host = text[...]
        var port: Substring?
        if text.utf8.first == UInt8(ascii: "[") {
            guard let close = text.utf8.firstIndex(of: UInt8(ascii: "]")) else {
                return .wrong("\(quoted(text)) has no closing ]")
            }
            host = text[text.utf8.index(after: text.startIndex)..<close]
            let rest = text[text.utf8.index(after: close)...]
            if rest.utf8.first == UInt8(ascii: ":") {
                port = rest.dropFirst()
            } else if !rest.isEmpty {
                return .wrong("\(quoted(text)) is not [ADDRESS]:PORT")
            }
            guard isIPv6(host) else {
                return .wrong("\(quoted(text)) has no IPv6 address in its brackets")
            }
        } else {
            let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
            if colons == 1, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
                host = text[..<colon]
                port = text[text.utf8.index(after: colon)...]
            }
            // Two colons and more can only be an IPv6 address by itself.
            guard colons < 2 ? isHostName(host) : isIPv6(host) else {
                return .wrong("\(quoted(text)) is not a host name or address")
            }
        }
        guard let port else {
            return .value(PeerAddress(host: String(host), port: defaultPort))
        }
        guard port.utf8.allSatisfy(isDigit), let number = UInt16(port), number > 0 else {
            return .wrong("the port of \(quoted(text)) must be 1 to 65535")
        }
        return .value(PeerAddress(host: String(host), port: number))
    }

    private static func isHostName(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            && host.utf8.first != UInt8(ascii: "-") && host.utf8.first != UInt8(ascii: ".")
    }

    /// The form only: hexadecimal groups, an IPv4 tail, an interface after `%`.
    private static func isIPv6(_ host: Substring) -> Bool {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, (2...45).contains(address.utf8.count),
            address.utf8.contains(UInt8(ascii: ":")),
            address.utf8.allSatisfy({
                isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            })
        else { return false }
        guard parts.count == 2 else { return true }
        return (1...15).contains(parts[1].utf8.count)
            && parts[1].utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
    }
}
