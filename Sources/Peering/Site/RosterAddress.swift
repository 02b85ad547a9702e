/// The form of an address in a roster: ADDRESS of protocol.md §4.3.
///
/// The settings of a peer accept only addresses of this form, and refuse some, such as `1.2.3`.
enum RosterAddress {
    /// Whether a text is HOST, HOST:PORT, IPV6, [IPV6] or [IPV6]:PORT.
    static func isOne(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            return isIPv6(bytes[1..<close]) && isPort(bytes[(close + 1)...])
        }
        let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
        guard colons.count < 2 else { return isIPv6(bytes[...]) }
        let end = colons.first ?? bytes.count
        return isHost(bytes[..<end]) && isPort(bytes[end...])
    }

    /// 1 to 253 letters, digits, `-`, `_` and `.`, without `-` or `.` first.
    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...253).contains(bytes.count) && bytes.allSatisfy { ofHost.contains($0) }
            && bytes.first != UInt8(ascii: "-") && bytes.first != UInt8(ascii: ".")
    }

    /// 2 to 45 hex digits, `:` and `.`, with at least two `:`; then perhaps `%` and 1 to 15
    /// characters of a host.
    private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        let place = bytes.firstIndex(of: UInt8(ascii: "%")) ?? bytes.endIndex
        let (address, zone) = (bytes[..<place], bytes[place...].dropFirst())
        guard (2...45).contains(address.count),
            address.count(where: { $0 == UInt8(ascii: ":") }) > 1,
            address.allSatisfy({ ofIPv6.contains($0) })
        else { return false }
        return place == bytes.endIndex
            || (1...15).contains(zone.count) && zone.allSatisfy { ofHost.contains($0) }
    }

    /// Nothing, or `:` and 1 to 65535 without a leading zero.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let colon = bytes.first else { return true }
        let number = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(number.count),
            number.allSatisfy({ digits.contains($0) }), number.first != UInt8(ascii: "0")
        else { return false }
        return number.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65_535
    }

    private static let ofHost = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    private static let ofIPv6 = Set("abcdefABCDEF0123456789:.".utf8)
    private static let digits = Set("0123456789".utf8)
}
