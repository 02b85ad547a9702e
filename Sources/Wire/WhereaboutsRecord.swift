/// Where a station can be called, as it tells a peer at a broker (protocol.md §1.10).
public struct WhereaboutsRecord: Equatable, Sendable {
    /// All are as long, so that their length tells nothing.
    public static let size = 192
    /// The most addresses that are told.
    public static let most = 10
    private static let version: UInt8 = 1
    private static let header = 10
    private static let addressSize = 18

    /// When it was written, in milliseconds since 1970; a later one takes its place.
    public var writtenAt: UInt64
    /// The best first; none is link-local.
    public var addresses: [Endpoint]

    public init(writtenAt: UInt64, addresses: [Endpoint]) {
        self.writtenAt = writtenAt
        self.addresses = Array(addresses.prefix(Self.most))
    }

    /// Reads `size` bytes; nil where they are of another version, or not a whole record.
    public init?(parsing bytes: Span<UInt8>) {
        guard bytes.count == Self.size, bytes[0] == Self.version, bytes[9] <= Self.most else {
            return nil
        }
        writtenAt = bytes.uint64(at: 1)
        addresses = (0..<Int(bytes[9])).map { place in
            let start = Self.header + place * Self.addressSize
            return Endpoint(
                high: bytes.uint64(at: start), low: bytes.uint64(at: start + 8),
                port: bytes.uint16(at: start + 16))
        }
    }

    public var encoded: [UInt8] {
        var encoded = [UInt8](repeating: 0, count: Self.size)
        var bytes = encoded.mutableSpan
        bytes[0] = Self.version
        bytes.write(writtenAt, at: 1)
        bytes[9] = UInt8(addresses.count)
        for (place, address) in addresses.enumerated() {
            let start = Self.header + place * Self.addressSize
            bytes.write(address.high, at: start)
            bytes.write(address.low, at: start + 8)
            bytes.write(address.port, at: start + 16)
        }
        return encoded
    }
}
