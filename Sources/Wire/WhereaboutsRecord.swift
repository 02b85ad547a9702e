/// The addresses of a station, published to one peer at a broker (protocol.md §1.10).
public struct WhereaboutsRecord: Equatable, Sendable {
    /// The size of every record, so that it reveals nothing.
    public static let size = 192
    /// The most addresses in a record.
    public static let most = 10
    private static let version: UInt8 = 1
    private static let header = 10
    private static let addressSize = 18
    /// Where the minute of a call lies: in the last two bytes, which no address takes.
    private static let minutePlace = size - 2
    private static let minute: UInt64 = 60_000

    /// When the record was written, in milliseconds since 1970; a later record replaces it.
    public var writtenAt: UInt64
    /// The best first; none is link-local.
    public var addresses: [Endpoint]
    /// When the writer last called the reader and did not reach it, in milliseconds since 1970, to
    /// the minute; nil for never.
    public private(set) var calledInVainAt: UInt64?

    /// Makes a record of a call in vain that is not after the writing.
    public init(writtenAt: UInt64, addresses: [Endpoint], calledInVainAt: UInt64? = nil) {
        self.writtenAt = writtenAt
        self.addresses = Array(addresses.prefix(Self.most))
        self.calledInVainAt = calledInVainAt.map { time in
            let minutes = time / Self.minute
            // A number of 0 means no call: such a minute counts as the one before.
            return (minutes & 0xFFFF == 0 ? max(minutes, 1) - 1 : minutes) * Self.minute
        }
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
        let number = bytes.uint16(at: Self.minutePlace)
        guard number != 0 else { return }
        // The number repeats every 45 days: the last such minute before the writing is meant.
        let written = writtenAt / Self.minute
        let back = UInt64(UInt16(truncatingIfNeeded: written) &- number)
        calledInVainAt = written >= back ? (written - back) * Self.minute : nil
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
        let minutes = (calledInVainAt ?? 0) / Self.minute
        bytes.write(UInt16(truncatingIfNeeded: minutes), at: Self.minutePlace)
        return encoded
    }
}

/// A STUN binding (RFC 8489 §14.2): one question for a socket's address as others see it, and the
/// answer.
public struct STUNBinding: Equatable, Sendable {
    public static let defaultPort: UInt16 = 3478

    private static let cookie: UInt32 = 0x2112_A442
    private static let header = 20
    private static let isRequest: UInt16 = 0x0001
    private static let isSuccess: UInt16 = 0x0101
    private static let xorMappedAddress: UInt16 = 0x0020

    /// Twelve unpredictable bytes, as two numbers, without which no host can answer the question.
    private let transaction: (UInt32, UInt64)

    public init(random: (inout MutableSpan<UInt8>) -> Void) {
        var bytes = InlineArray<12, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        random(&span)
        transaction = (bytes.span.uint32(at: 0), bytes.span.uint64(at: 4))
    }

    public static func == (one: Self, other: Self) -> Bool { one.transaction == other.transaction }

    public var request: [UInt8] {
        var request = [UInt8](repeating: 0, count: Self.header)
        var bytes = request.mutableSpan
        bytes.write(Self.isRequest, at: 0)
        bytes.write(Self.cookie, at: 4)
        bytes.write(transaction.0, at: 8)
        bytes.write(transaction.1, at: 12)
        return request
    }

    /// Whether a datagram claims to be an answer; M1 may begin with the same bytes but is longer.
    public static func isAnswer(_ datagram: Span<UInt8>) -> Bool {
        (header..<HandshakeLayout.Initiation.size).contains(datagram.count)
            && datagram.uint16(at: 0) == isSuccess && datagram.uint32(at: 4) == cookie
            && Int(datagram.uint16(at: 2)) == datagram.count - header
    }

    /// The IPv4 address in the answer to this question; nil if the datagram has none.
    public func mapped(in datagram: Span<UInt8>) -> Endpoint? {
        guard Self.isAnswer(datagram), datagram.uint32(at: 8) == transaction.0,
            datagram.uint64(at: 12) == transaction.1
        else { return nil }
        var place = Self.header
        while place + 4 <= datagram.count {
            let (kind, size) = (datagram.uint16(at: place), Int(datagram.uint16(at: place + 2)))
            guard place + 4 + size <= datagram.count else { return nil }
            if kind == Self.xorMappedAddress, size == 8, datagram[place + 5] == 1 {
                let port = datagram.uint16(at: place + 6) ^ UInt16(Self.cookie >> 16)
                let address = datagram.uint32(at: place + 8) ^ Self.cookie
                return Endpoint(high: 0, low: 0xFFFF << 32 | UInt64(address), port: port)
            }
            place += 4 + (size + 3) / 4 * 4
        }
        return nil
    }
}
