/// One entry of the journal, in the bytes of its native protocol.
///
/// Every value is written in the form that begins with its length (systemd's "Native Journal
/// Protocol"), so no value can end its field and begin another.
public struct JournalEntry: Sendable {
    /// The datagram.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a field; its name has capitals, digits and underscores only, and begins with a capital.
    public mutating func set(_ name: StaticString, _ value: String) {
        let name = name.description.utf8
        precondition(name.first.map { Self.isCapital($0) } == true && name.count <= 64)
        precondition(name.allSatisfy { Self.isCapital($0) || Self.isDigit($0) || $0 == 0x5f })
        bytes += name
        bytes.append(UInt8(ascii: "\n"))
        var size = UInt64(value.utf8.count)
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: size))
            size >>= 8
        }
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func isCapital(_ byte: UInt8) -> Bool { 0x41...0x5a ~= byte }
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
