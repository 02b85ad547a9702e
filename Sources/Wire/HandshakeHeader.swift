/// The readable first bytes of a handshake message (protocol.md §1.3).
public struct HandshakeHeader: Equatable, Sendable {
    /// Which message; the raw value is its type byte.
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

        /// How many bytes the header has: with one index 8, with two 12.
        public var headerSize: Int { self == .response ? 12 : 8 }
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
        let first = message.uint32(at: 4)
        guard Self.isValid(index: first) else { return nil }
        switch kind {
        case .initiation:
            senderIndex = first
            receiverIndex = 0
        case .response:
            senderIndex = first
            receiverIndex = message.uint32(at: 8)
            guard Self.isValid(index: receiverIndex) else { return nil }
        case .finish, .cookieReply:
            senderIndex = 0
            receiverIndex = first
        }
    }

    private init(
        kind: Kind, suite: UInt8, isCookieKeyed: Bool = false, sender: UInt32 = 0,
        receiver: UInt32 = 0
    ) {
        precondition(Self.suites.contains(suite))
        precondition(sender == 0 || Self.isValid(index: sender))
        precondition(receiver == 0 || Self.isValid(index: receiver))
        self.kind = kind
        self.suite = suite
        self.isCookieKeyed = isCookieKeyed
        senderIndex = sender
        receiverIndex = receiver
    }

    public static func initiation(
        suite: UInt8, sender: UInt32, isCookieKeyed: Bool = false
    ) -> HandshakeHeader {
        HandshakeHeader(
            kind: .initiation, suite: suite, isCookieKeyed: isCookieKeyed, sender: sender)
    }

    public static func response(
        suite: UInt8, sender: UInt32, receiver: UInt32
    ) -> HandshakeHeader {
        HandshakeHeader(kind: .response, suite: suite, sender: sender, receiver: receiver)
    }

    public static func finish(suite: UInt8, receiver: UInt32) -> HandshakeHeader {
        HandshakeHeader(kind: .finish, suite: suite, receiver: receiver)
    }

    public static func cookieReply(suite: UInt8, receiver: UInt32) -> HandshakeHeader {
        HandshakeHeader(kind: .cookieReply, suite: suite, receiver: receiver)
    }

    /// Writes the header's `kind.headerSize` bytes to the front of `message`.
    public func write(into message: inout MutableSpan<UInt8>) {
        message[0] = kind.rawValue
        message[1] = Self.version
        message[2] = suite
        message[3] = isCookieKeyed ? 1 : 0
        switch kind {
        case .initiation: message.write(senderIndex, at: 4)
        case .response:
            message.write(senderIndex, at: 4)
            message.write(receiverIndex, at: 8)
        case .finish, .cookieReply: message.write(receiverIndex, at: 4)
        }
    }
}
