/// The layout of a packet of kind FORWARD: a datagram between two stations, inside a packet to or
/// from a third one, which passes it on (protocol.md §1.11).
///
/// ```
/// 0 1 part: 0 the whole datagram, 1 its first bytes, 2 the rest     1 1 number of a divided one
/// 2 … the datagram, or this part of it       zeros up to P, only after a handshake message
/// ```
/// Only M1 is longer than a packet has room for, so it alone travels in two.
public enum ForwardedPacket {
    public enum Part: UInt8, Sendable { case whole = 0, first, rest }

    public static let headerSize = 2
    /// The most bytes of a datagram in one packet.
    public static let room = PacketLayout.plaintextMax - headerSize

    /// The part of a datagram in this plaintext; nil where it has none.
    public static func part(of plaintext: Span<UInt8>) -> Part? {
        plaintext.count > headerSize ? Part(rawValue: plaintext[0]) : nil
    }

    /// Whether the plaintext holds a whole data packet; anything else is for the handshakes.
    public static func holdsData(_ plaintext: Span<UInt8>) -> Bool {
        part(of: plaintext) == .whole
            && HandshakeHeader.isDataByte(plaintext[headerSize])
    }
}

/// A handshake message, or a part of it, on its way to the station that passes it on.
public struct ForwardedPart: Sendable {
    public let way: Endpoint.Way
    private var storage = InlineArray<1207, UInt8>(repeating: 0)
    /// P, with padding.
    public let count: Int

    /// The plaintext of a FORWARD packet.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { storage.span.extracting(0..<count) }
    }

    /// - Parameters:
    ///   - part: Which part of the message.
    ///   - message: The whole message.
    ///   - way: Where it goes.
    ///
    /// Nil for the rest of a message that has none.
    public init?(_ part: ForwardedPacket.Part, of message: Span<UInt8>, along way: Endpoint.Way) {
        let room = ForwardedPacket.room
        let isDivided = message.count > room
        let range =
            part == .rest ? min(room, message.count)..<message.count : 0..<min(room, message.count)
        guard !range.isEmpty, isDivided == (part != .whole) else { return nil }
        self.way = way
        count = max(PacketLayout.plaintextMin, ForwardedPacket.headerSize + range.count)
        storage[0] = part.rawValue
        // The last byte of the sender's index, which is random.
        storage[1] = isDivided ? message[7] : 0
        for (place, index) in range.enumerated() {
            storage[ForwardedPacket.headerSize + place] = message[index]
        }
    }
}

/// A station that passes on datagrams tells a peer to which other peer it does so (FORWARD).
public struct ForwardNotice: Equatable, Sendable {
    public var mid: UInt32
    /// The other peer's place at the sender.
    public var place: UInt8
    /// Whether the sender has a session with the other peer now.
    public var isUp: Bool
    /// The other peer.
    public var name: MemberName

    public init(mid: UInt32, place: UInt8, isUp: Bool, name: MemberName) {
        self.mid = mid
        self.place = place
        self.isUp = isUp
        self.name = name
    }
}

extension Endpoint {
    /// The way to a peer through another peer, which passes datagrams on.
    public struct Way: Hashable, Sendable {
        /// The number of the peer that passes them on.
        public let forwarder: Int
        /// The place of the other peer there.
        public let place: UInt8

        public init(forwarder: Int, place: UInt8) {
            precondition((0..<256).contains(forwarder))
            self.forwarder = forwarder
            self.place = place
        }
    }

    /// No datagram comes from this scope: the kernel numbers interfaces below 2^31.
    private static let wayScope = UInt32.max

    /// An address for such a way, which no address of a network equals.
    ///
    /// The forwarder is in the part of the address that stands for one source (§1.6).
    public init(_ way: Way) {
        self.init(
            high: UInt64(way.forwarder) << 8, low: UInt64(way.place), port: 0,
            scope: Self.wayScope)
    }

    /// The way through another peer; nil for an address of a network.
    public var way: Way? {
        guard scope == Self.wayScope else { return nil }
        return Way(
            forwarder: Int(high >> 8 & 0xFF), place: UInt8(truncatingIfNeeded: low))
    }
}
