/// A host, by name or by number, and a UDP port.
public struct PeerAddress: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The port of a station whose settings name no other.
    public static let defaultPort: UInt16 = 5577

    /// Reads `host`, `host:port`, `192.0.2.17`, `2001:db8::1` or `[2001:db8::1]:port`.
    ///
    /// Nil when the text is none of these. The name is not looked up.
    public init?(text: String) {
        guard case .value(let address) = Self.parse(text) else { return nil }
        self = address
    }
}

extension PeerAddress: CustomStringConvertible {
    /// The address as a configuration has it.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension PeerAddress {
    /// Returns why this text is no address; nil when it is one.
    public static func complaint(about text: String) -> String? {
        guard case .wrong(let what, _) = parse(text) else { return nil }
        return what
    }

    /// Reads an address; a text without a port gets `usualPort`.
    static func parse(
        _ text: String, usualPort: UInt16 = defaultPort
    ) -> Parsed<PeerAddress> {
        guard !text.isEmpty else { return .wrong("an address is missing") }
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
            guard IPv6Text.isRight(host) else {
                return .wrong("\(quoted(text)) has no IPv6 address in its brackets")
            }
            if let what = complaint(aboutNobody: host) { return .wrong(what) }
        } else {
            let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
            if colons == 1, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
                host = text[..<colon]
                port = text[text.utf8.index(after: colon)...]
            }
            // Two or more colons without brackets can only be an IPv6 address without a port.
            if let what = colons < 2 ? complaint(aboutName: host, in: text) : bareIPv6(text) {
                return .wrong(what)
            }
        }
        guard let port else {
            return .value(PeerAddress(host: String(host), port: usualPort))
        }
        guard port.utf8.allSatisfy(isDigit), let number = UInt16(port), number > 0 else {
            return .wrong("the port of \(quoted(text)) must be 1 to 65535")
        }
        return .value(PeerAddress(host: String(host), port: number))
    }

    /// Returns the fault of a host name; a name whose last part is a number can only be an IPv4
    /// address: the C library would read `192.168.1` as 192.168.0.1.
    private static func complaint(aboutName host: Substring, in text: String) -> String? {
        guard isHostName(host) else { return "\(quoted(text)) is not a host name or address" }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, last.utf8.allSatisfy(isDigit), !last.isEmpty else {
            return nil
        }
        guard IPv4Text.isRight(parts) else {
            return "\(quoted(text)) is not an IPv4 address: that is four numbers from 0 to 255"
        }
        return complaint(aboutNobody: host)
    }

    /// Returns the fault of an address that no single station has: unspecified, broadcast and
    /// multicast (RFC 6890, RFC 5771, RFC 4291 §2.7).
    private static func complaint(aboutNobody host: Substring) -> String? {
        let address = host.prefix { $0 != "%" }
        let groups = address.split(separator: ":")
        let first = address.utf8.first == UInt8(ascii: ":") ? "" : groups.first ?? ""
        let isGroup = first.utf8.count == 4 && first.lowercased().hasPrefix("ff")
        let isNobody =
            isGroup || address.utf8.allSatisfy { "0:.".utf8.contains($0) }
            || groups.last.map { isNobodys($0) } ?? false || isNobodysMapped(groups)
        return isNobody ? "\(host) is no address of a single station" : nil
    }

    /// Whether an IPv4 address, by itself or at the end of an IPv6 address, is one that no station
    /// has.
    private static func isNobodys(_ address: Substring) -> Bool {
        let parts = address.split(separator: ".")
        guard parts.count == 4, let first = UInt8(parts[0]) else { return false }
        return isNobodys(firstByte: first)
    }

    /// Whether an IPv4 address that IPv6 writes as `::ffff:c000:201` is one that no station has.
    private static func isNobodysMapped(_ groups: [Substring]) -> Bool {
        guard groups.count == 3, groups[0].lowercased() == "ffff",
            let high = UInt16(groups[1], radix: 16)
        else { return false }
        return isNobodys(firstByte: UInt8(high >> 8))
    }

    private static func isNobodys(firstByte: UInt8) -> Bool { firstByte == 0 || firstByte >= 224 }

    private static func bareIPv6(_ text: String) -> String? {
        guard IPv6Text.isRight(text[...]) else {
            return "\(quoted(text)) is not an IPv6 address (with a port: [ADDRESS]:PORT)"
        }
        let suffix = ":\(defaultPort)"
        guard text.hasSuffix(suffix) else { return complaint(aboutNobody: text[...]) }
        var host = text.dropLast(suffix.utf8.count)
        // One colon of a final `::` is left.
        if host.hasSuffix(":") { host += ":" }
        if let complaint = complaint(aboutNobody: host) { return complaint }
        return "\(quoted(text)) ends like a port: write [\(host)]\(suffix), or [\(text)] if"
            + " there is no port in it"
    }

    private static func isHostName(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            && host.utf8.first != UInt8(ascii: "-") && host.utf8.first != UInt8(ascii: ".")
    }
}

private enum IPv4Text {
    static func isRight(_ parts: [Substring]) -> Bool {
        parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(isDigit)
                    && UInt8(part) != nil
            }
    }
}

/// Checks the form of an IPv6 address (RFC 4291 §2.2), with an interface after `%` (RFC 4007 §11).
private enum IPv6Text {
    static func isRight(_ text: Substring) -> Bool {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            let isInterface =
                (1...15).contains(parts[1].utf8.count)
                && parts[1].utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            guard isInterface else { return false }
        }
        return isAddress(parts[0])
    }

    private static func isAddress(_ text: Substring) -> Bool {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count >= 3 else { return false }
        var wanted = 8
        if let tail = groups.last, tail.utf8.contains(UInt8(ascii: ".")) {
            let bytes = tail.split(separator: ".", omittingEmptySubsequences: false)
            guard IPv4Text.isRight(bytes) else { return false }
            groups.removeLast()
            wanted = 6
        }
        // A gap at an end leaves two empty groups; a gap in the middle leaves one.
        let isOpenLeft = groups.first!.isEmpty
        if isOpenLeft {
            guard groups.count > 1, groups[1].isEmpty else { return false }
            groups.removeFirst()
        }
        if wanted == 8, groups.last!.isEmpty {
            guard groups.count > 1, groups[groups.count - 2].isEmpty else { return false }
            groups.removeLast()
        }
        let gaps = groups.count { $0.isEmpty }
        let isHexadecimal = groups.allSatisfy { group in
            group.utf8.count <= 4 && group.utf8.allSatisfy(isHexDigit)
        }
        guard isHexadecimal, gaps <= 1 else { return false }
        return gaps == 1 ? groups.count - 1 < wanted : groups.count == wanted
    }
}
