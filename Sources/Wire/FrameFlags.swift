/// The flags byte of a data packet, unmasked (protocol.md §2.1).
public struct FrameFlags: RawRepresentable, Equatable, Sendable {
    /// The kind of plaintext, bits 7 and 6.
    public enum Kind: UInt8, Sendable {
        case audio = 0
        case control = 1
        case cover = 2
        /// Not assigned in version 1: such a packet is opened and dropped.
        case drop = 3
    }

    /// Stream numbers are five bits wide.
    public static let streams: Range<UInt8> = 0..<32

    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Flags of a packet to send; bits 5 to 0 of control and cover packets are always 0.
    public init(kind: Kind, isSpurtStart: Bool = false, stream: UInt8 = 0) {
        precondition(Self.streams.contains(stream))
        precondition(kind == .audio || (!isSpurtStart && stream == 0))
        rawValue = kind.rawValue << 6 | (isSpurtStart ? 0x20 : 0) | stream
    }

    public var kind: Kind {
        switch rawValue >> 6 {
        case 0: .audio
        case 1: .control
        case 2: .cover
        default: .drop
        }
    }

    /// Set on every audio packet of a talkspurt's first 100 ms or its pre-roll; meaningless in
    /// other kinds.
    public var isSpurtStart: Bool { rawValue & 0x20 != 0 }

    /// The sender's stream number, 0 to 31; meaningless in other kinds than audio.
    public var stream: UInt8 { rawValue & 0x1F }
}

/// Sizes of a data packet, in bytes (protocol.md §2.1).
///
/// Crypto, which seals, has the same numbers and does not know this module; the shared vectors keep
/// the two equal.
public enum FrameLayout {
    /// Receiver index; masked: flags, low half of the counter, time.
    public static let headerSize = 9
    public static let tagSize = 16
    public static let overhead = headerSize + tagSize

    public static let plaintextMin = 64
    /// With its overhead it fits in one IPv6 packet of 1280 bytes, which every IPv6 link carries.
    public static let plaintextMax = 1207
    public static let datagramMin = plaintextMin + overhead
}
