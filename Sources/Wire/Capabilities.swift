/// A station's own description in the handshake, sealed (caps, protocol.md §1.3).
///
/// Any value is accepted; only the boot id is acted on.
public struct Capabilities: Equatable, Sendable {
    public static let size = 16

    public var protoMin: UInt8
    public var protoMax: UInt8
    /// Sent as 0 and ignored in version 1, like the features.
    public var flags: UInt16
    public var features: UInt32
    /// Random at each daemon start: a new one means that the peer has forgotten everything.
    ///
    /// 0 in M2, which a stranger can open; there CONFIRM tells it.
    public var bootID: UInt64

    /// This version's capabilities.
    public init(bootID: UInt64) {
        protoMin = 1
        protoMax = 1
        flags = 0
        features = 0
        self.bootID = bootID
    }

    /// Reads the sixteen bytes; nil when there are not exactly sixteen.
    public init?(parsing bytes: Span<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        protoMin = bytes[0]
        protoMax = bytes[1]
        flags = bytes.uint16(at: 2)
        features = bytes.uint32(at: 4)
        bootID = bytes.uint64(at: 8)
    }

    /// Writes sixteen bytes to the front of `bytes`.
    public func write(into bytes: inout MutableSpan<UInt8>) {
        bytes[0] = protoMin
        bytes[1] = protoMax
        bytes.write(flags, at: 2)
        bytes.write(features, at: 4)
        bytes.write(bootID, at: 8)
    }
}
