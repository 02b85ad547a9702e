/// The readable first bytes of a handshake message (protocol.md §1.3).
public struct HandshakeHeader: Equatable, Sendable {
    /// The message; the raw value is its type byte.
    public enum Kind: UInt8, Sendable {
        /// M1, the initiator's first.
        case initiation = 1
        /// M2, the responder's answer.
        case response = 2
        /// M3, the initiator's second.
        case finish = 3
        case cookieReply = 4

        /// The exact length of the whole message.
        public var messageSize: Int {
            switch self {
            case .initiation: 1232
            case .response: 1188
            case .finish: 96
            case .cookieReply: 56
            }
        }

        /// Whether the header has the index for packets to the sender.
        var hasSender: Bool { self == .initiation || self == .response }
        /// Whether the header has the index that the receiver chose, after that of the sender.
        var hasReceiver: Bool { self != .initiation }
        fileprivate var receiverPlace: Int { hasSender ? 8 : 4 }

        /// How many bytes the header has: with one index 8, with two 12.
        public var headerSize: Int { hasSender && hasReceiver ? 12 : 8 }
    }

    public static let version: UInt8 = 1
    /// The suites of this version; Crypto implements them.
    public static let suites: ClosedRange<UInt8> = 1...2

    public let kind: Kind
    public let suite: UInt8
    /// Whether the mac of this M1 is keyed with a cookie; false in the other messages.
    public let isCookieKeyed: Bool
    /// The index the sender wants to receive by; 0 in M3 and the cookie reply, which have none.
    public let senderIndex: UInt32
    /// The index that the receiver chose (in a cookie reply: that of M1); 0 in M1, which has none.
    public let receiverIndex: UInt32

    /// Whether an index may be used: its first byte must differ from a handshake's, below 0x10.
    public static func isValid(index: UInt32) -> Bool { index >= 0x1000_0000 }

    /// Whether a datagram with this first byte is a data packet.
    static func isDataByte(_ byte: UInt8) -> Bool { byte >= 0x10 }

    /// Reads a header and checks the length of the whole message.
    ///
    /// Nil for a length, type, version, suite or flag that this version does not have, and for an
    /// index whose first byte is below 0x10.
    public init?(parsing message: Span<UInt8>) {
        guard let type = message.count > 0 ? message[0] : nil,
            let kind = Kind(rawValue: type), message.count == kind.messageSize,
            message[1] == Self.version, Self.suites.contains(message[2])
        else { return nil }
        let flags = message[3]
        guard flags == 0 || (flags == 1 && kind == .initiation) else { return nil }
        self.kind = kind
        suite = message[2]
        isCookieKeyed = flags == 1
        senderIndex = kind.hasSender ? message.uint32(at: 4) : 0
        receiverIndex = kind.hasReceiver ? message.uint32(at: kind.receiverPlace) : 0
        guard hasItsIndices else { return nil }
    }

    /// The header of a message to be sent, with the indices that its kind has.
    public init(
        _ kind: Kind, suite: UInt8, sender: UInt32 = 0, receiver: UInt32 = 0,
        isCookieKeyed: Bool = false
    ) {
        self.kind = kind
        self.suite = suite
        self.isCookieKeyed = isCookieKeyed
        senderIndex = sender
        receiverIndex = receiver
        precondition(Self.suites.contains(suite) && hasItsIndices)
        precondition(!isCookieKeyed || kind == .initiation)
    }

    private var hasItsIndices: Bool {
        Self.isValid(index: senderIndex) == kind.hasSender
            && Self.isValid(index: receiverIndex) == kind.hasReceiver
    }

    /// Writes the header's `kind.headerSize` bytes to the front of `message`.
    public func write(into message: inout MutableSpan<UInt8>) {
        message[0] = kind.rawValue
        message[1] = Self.version
        message[2] = suite
        message[3] = isCookieKeyed ? 1 : 0
        if kind.hasSender { message.write(senderIndex, at: 4) }
        if kind.hasReceiver { message.write(receiverIndex, at: kind.receiverPlace) }
    }
}

/// The fields of M1, M2 and M3; the mac covers all bytes before it (protocol.md §1.3).
public enum HandshakeLayout {
    /// M1.
    public enum Initiation {
        public static let size = 1232
        public static let header = 0..<8
        /// e_i, an X25519 public key.
        public static let ephemeral = 8..<40
        /// e1, an ML-KEM-768 encapsulation key.
        public static let encapsulationKey = 40..<1224
        public static let mac = 1224..<1232
    }

    /// M2.
    public enum Response {
        public static let size = 1188
        public static let header = 0..<12
        /// e_r, an X25519 public key.
        public static let ephemeral = 12..<44
        /// ekem1: the ML-KEM-768 ciphertext, sealed, with its tag.
        public static let ciphertext = 44..<1148
        /// Capabilities, sealed, with their tag.
        public static let capabilities = 1148..<1180
    }

    /// M3.
    public enum Finish {
        public static let size = 96
        public static let header = 0..<8
        /// s_i, the initiator's public key, sealed, with its tag.
        public static let identity = 8..<56
        /// Capabilities, sealed, with their tag.
        public static let capabilities = 56..<88
    }
    /// The answer to an M1 without a cookie, from a station under load.
    public enum CookieReply {
        public static let size = 56
        /// n, from which the key of the seal follows.
        public static let nonce = 8..<24
        /// The cookie, sealed, with its tag.
        public static let cookie = 24..<56
    }
}

/// A station's own description in the handshake, sealed (caps, protocol.md §1.3).
///
/// Any value is accepted; only the boot id is acted on.
public struct Capabilities: Equatable, Sendable {
    public static let size = 16

    private static let version: UInt8 = 1

    /// The UDP port of a station that pairs, 0 for the usual one; in a handshake 0 and ignored.
    public var flags: UInt16 = 0
    /// Random at each daemon start: a new one means that the peer has forgotten everything.
    ///
    /// 0 in M2, which a stranger can open; CONFIRM gives the responder's.
    public var bootID: UInt64

    /// This version's capabilities.
    public init(bootID: UInt64) { self.bootID = bootID }

    /// Reads the sixteen bytes; nil when there are not exactly sixteen.
    public init?(parsing bytes: Span<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        flags = bytes.uint16(at: 2)
        bootID = bytes.uint64(at: 8)
    }

    /// Writes sixteen bytes to the front of `bytes`.
    public func write(into bytes: inout MutableSpan<UInt8>) {
        // The lowest and highest version supported; then features, of which there are none.
        bytes[0] = Self.version
        bytes[1] = Self.version
        bytes.write(flags, at: 2)
        bytes.write(0 as UInt32, at: 4)
        bytes.write(bootID, at: 8)
    }
}

/// When to try a peer again, and when to send it a sign of life (protocol.md §1.7, rules 7 and 8).
///
/// The waits are random, so that stations that lost power together do not all call at once. They
/// come from the system's random numbers: a stranger sees when packets leave, and could recognise a
/// station in any network by times that follow from its keys or from each other.
public struct RetrySchedule: Equatable, Sendable {
    private var attempt = 0

    public init() {}

    /// The wait for the answer to the M1 just sent; `draw` is a fresh random number.
    ///
    /// 1, 2, 4, 8, 16, 30, 30 … s, each times 0.8 to 1.2.
    public mutating func nextWait(_ draw: UInt64) -> Duration {
        let base = UInt64(baseMs(of: attempt))
        // Bounded: a peer may be away for years.
        attempt = min(attempt + 1, Self.attemptOfLongestWait)
        return .milliseconds(base * (800 + draw % 401) / 1000)
    }

    /// Restarts the series of waits.
    public mutating func restart() { attempt = 0 }

    /// The wait from the last packet to the peer until a cover packet, 14 to 16 s; `draw` is a
    /// fresh random number.
    public static func heartbeatWait(_ draw: UInt64) -> Duration {
        .milliseconds(14_000 + draw % 2001)
    }

    private static let attemptOfLongestWait = 5

    private func baseMs(of attempt: Int) -> Int {
        attempt < Self.attemptOfLongestWait ? 1000 << attempt : 30_000
    }
}
