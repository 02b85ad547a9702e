/// The layout of an audio packet's plaintext: the places and numbers of its frames.
///
/// ```
/// 0 2 seq     2 1 depth (bits 7-5), offset - 1 (bits 4-3), kind (bits 2-0)     3 2 F
/// 5 F frame seq, then depth × F: frames seq - offset, seq - 2·offset, …        zeros up to P
/// ```
/// It holds offsets only, so one value serves reading and writing. protocol.md §2.3.
public struct AudioPacket: Equatable, Sendable {
    public static let headerSize = 5
    public static let depths = 0...7
    public static let offsets = 1...4
    /// The room for frames in the smallest packet, and in the largest that is sent: 1200 bytes.
    public static let roomMin = PacketLayout.plaintextMin - headerSize
    public static let roomMax = 1200 - PacketLayout.overhead - headerSize

    /// The number of the newest frame in the packet.
    public let sequence: UInt16
    /// How many older frames follow the newest one.
    public let depth: Int
    /// The distance between two of these frames.
    public let offset: Int
    /// Whether this is the last packet of the talkspurt.
    public let isLast: Bool
    /// The length of each frame in bytes; padding makes them equal.
    public let frameSize: Int

    /// Frame `index`: 0 is the newest, then the copies in the order they lie in the packet.
    ///
    /// - Returns: the frame's number and the plaintext bytes that hold it.
    public func frame(_ index: Int) -> (sequence: UInt16, range: Range<Int>) {
        precondition(index >= 0 && index <= depth)
        let start = Self.headerSize + index * frameSize
        // At most 7 × 4 back; the number wraps as the sender's did.
        return (sequence &- UInt16(index * offset), start..<start + frameSize)
    }

    /// Writes the header and the zero padding; the caller then copies the frames.
    ///
    /// `plaintext` is exactly the P in force, which may be more than these frames need. `frame(_:)`
    /// of the packet returned gives the place of each frame.
    public static func write(
        sequence: UInt16, depth: Int, offset: Int, isLast: Bool, frameSize: Int,
        into plaintext: inout MutableSpan<UInt8>
    ) -> AudioPacket {
        precondition(depths.contains(depth) && offsets.contains(offset))
        precondition(frameSize >= 1 && frameSize <= PacketLayout.plaintextMax)
        let packet = AudioPacket(
            sequence: sequence, depth: depth, offset: depth == 0 ? 1 : offset, isLast: isLast,
            frameSize: frameSize)
        precondition(packet.end <= plaintext.count)
        plaintext.write(sequence, at: 0)
        // Offset bits are 0 in a packet without copies.
        let shape = packet.depth << 5 | (packet.offset - 1) << 3 | (isLast ? 1 : 0)
        plaintext[2] = UInt8(truncatingIfNeeded: shape)
        plaintext.write(UInt16(frameSize), at: 3)
        for index in packet.end..<plaintext.count { plaintext[index] = 0 }
        return packet
    }

    /// P, the plaintext size for frames of this length at this depth (protocol.md §2.2).
    public static func plaintextSize(frameSize: Int, depth: Int) -> Int {
        max(PacketLayout.plaintextMin, headerSize + frameSize * (1 + depth))
    }

    private var end: Int { Self.headerSize + frameSize * (1 + depth) }
}

extension AudioPacket {
    /// Reads the five header bytes and checks that all frames lie within `plaintext`.
    ///
    /// Nil for a kind of audio this version does not know, for frames without length, and for
    /// frames beyond the end. Bytes after the last frame are ignored.
    public init?(parsing plaintext: Span<UInt8>) {
        guard plaintext.count >= Self.headerSize else { return nil }
        let shape = plaintext[2]
        let kind = shape & 0x07
        guard kind <= 1 else { return nil }
        sequence = plaintext.uint16(at: 0)
        depth = Int(shape >> 5)
        offset = Int(shape >> 3 & 0x03) + 1
        isLast = kind == 1
        frameSize = Int(plaintext.uint16(at: 3))
        guard frameSize >= 1, end <= plaintext.count else { return nil }
    }
}

/// The flags byte of a data packet, unmasked (protocol.md §2.1).
public struct PacketFlags: RawRepresentable, Equatable, Sendable {
    /// The kind of plaintext, bits 7 and 6.
    public enum Kind: UInt8, Sendable {
        case audio = 0
        case control = 1
        case cover = 2
        /// A datagram that a third station passes on (§1.11).
        case forward = 3
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

    /// Flags of a packet that the receiver passes on to the peer at a place, or that was passed on
    /// from there.
    public init(forwardPlace place: UInt8, isToBePassedOn: Bool) {
        precondition(Self.streams.contains(place))
        rawValue = Kind.forward.rawValue << 6 | (isToBePassedOn ? 0x20 : 0) | place
    }

    public var kind: Kind { Kind(rawValue: rawValue >> 6)! }

    /// Set on every audio packet of a talkspurt's first 100 ms or its pre-roll; meaningless in
    /// other kinds.
    public var isSpurtStart: Bool { rawValue & 0x20 != 0 }

    /// The sender's stream number, 0 to 31; meaningless in other kinds than audio.
    public var stream: UInt8 { rawValue & 0x1F }

    /// Whether the receiver of a forwarded packet passes it on; meaningless in other kinds.
    public var isToBePassedOn: Bool { rawValue & 0x20 != 0 }

    /// The other station's place at the one that passes on; meaningless in other kinds.
    public var forwardPlace: UInt8 { rawValue & 0x1F }
}

/// Sizes of a data packet, in bytes (protocol.md §2.1).
///
/// Crypto seals with the same numbers but does not know this module; the shared vectors keep the
/// two equal.
public enum PacketLayout {
    /// Receiver index; masked: flags, low half of the counter, time.
    public static let headerSize = 9
    public static let tagSize = 16
    public static let overhead = headerSize + tagSize

    public static let plaintextMin = 64
    /// With its overhead it fits in one IPv6 packet of 1280 bytes, which every IPv6 link carries.
    public static let plaintextMax = 1207
    public static let datagramMin = plaintextMin + overhead
}
