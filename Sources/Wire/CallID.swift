/// The sixteen bytes that name a call (a UUIDv7, RFC 9562 §5.7), ordered as bytes are.
public struct CallID: Hashable, Comparable, Sendable {
    /// The bytes as two big-endian halves.
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The reference that binds a stream to this call: the last eight bytes (protocol.md §2.4).
    public var reference: UInt64 { low }

    public static func < (left: CallID, right: CallID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
