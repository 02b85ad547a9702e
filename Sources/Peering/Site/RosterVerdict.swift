/// What becomes of a roster that comes to a station.
public enum RosterVerdict: Equatable, Sendable {
    /// It is the first one, or newer than the one that is held.
    case taken
    /// It is the one that is held.
    case known
    /// A newer one is held: somebody shows an old one again.
    case older(held: UInt64)
    /// The introducer has made two of one number; the one that is held stays, until a newer comes.
    case forked
    /// It is another site's, and this station is in one already.
    case foreign
}

extension Roster {
    /// What becomes of this one where another one is held, or none.
    ///
    /// A roster is known by its lines, not by its signature.
    public func verdict(over held: Roster?) -> RosterVerdict {
        guard let held else { return .taken }
        guard held.key == key else { return .foreign }
        if counter > held.counter { return .taken }
        if counter < held.counter { return .older(held: held.counter) }
        return self == held ? .known : .forked
    }

    /// Whether it has the same lines but for its number.
    public func says(theSameAs other: Roster) -> Bool {
        stations == other.stations && channels == other.channels
    }
}

/// The form of an address in a roster: ADDRESS of protocol.md §4.3.
///
/// All that the settings of a peer take is of this form; some of it, such as `1.2.3`, they refuse.
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

    /// 1 to 253 letters, digits, `-`, `_` and `.`, the first no `-` and no `.`.
    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...253).contains(bytes.count) && bytes.allSatisfy { ofHost.contains($0) }
            && bytes.first != UInt8(ascii: "-") && bytes.first != UInt8(ascii: ".")
    }

    /// 2 to 45 hex digits, `:` and `.`, of which two are `:`; then perhaps `%` and 1 to 15 of those
    /// of a host.
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
