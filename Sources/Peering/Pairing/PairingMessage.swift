public import Crypto

/// The four messages of a pairing, in their order (protocol.md §4.1).
enum PairingMessage: UInt8 {
    case p1 = 5
    case p2 = 6
    case p3 = 7
    case p4 = 8

    static let version: UInt8 = 1

    /// Bytes of the body.
    var bodySize: Int {
        switch self {
        case .p1: 1267
        case .p2: 1203
        case .p3: 128
        case .p4: 96
        }
    }

    /// Length and type, before a body.
    var header: [UInt8] {
        let length = bodySize + 1
        return [UInt8(length >> 8), UInt8(length & 0xFF), rawValue]
    }

    /// The message as it goes into the stream.
    func framed(_ body: [UInt8]) -> [UInt8] {
        precondition(body.count == bodySize)
        return header + body
    }
}

/// Assembles one message from the bytes of a stream.
struct PairingReader {
    private let expected: PairingMessage
    private var bytes: [UInt8] = []

    init(_ expected: PairingMessage) { self.expected = expected }

    /// Takes bytes from the stream.
    ///
    /// - Returns: The body when it is complete, nil before.
    /// - Throws: When the bytes do not begin the message, or exceed it.
    mutating func receive(_ some: Span<UInt8>) throws(PairingFailure) -> [UInt8]? {
        let header = expected.header
        let whole = header.count + expected.bodySize
        guard bytes.count + some.count <= whole else { throw .malformed }
        for place in some.indices { bytes.append(some[place]) }
        guard bytes.prefix(3) == header.prefix(bytes.count)[...] else { throw .malformed }
        guard bytes.count == whole else { return nil }
        return Array(bytes[header.count...])
    }
}

/// The result of a pairing: the other station, and the suite and psk shared with it.
public struct Paired: ~Copyable {
    public let peer: PairingCard
    public let suite: Suite
    public let psk: Key

    func copy() -> Paired { Paired(peer: peer, suite: suite, psk: psk.copy()) }
}

/// The suites that a station offers, as in P1: bit 0 for suite 1, bit 1 for suite 2.
public struct OfferedSuites: Equatable, Sendable {
    let bits: UInt8

    /// Suite 2 always; suite 1 where AES takes the same time for all keys, or where it is forced.
    public init(withAES: Bool) { bits = withAES ? 3 : 2 }

    init(bits: UInt8) { self.bits = bits & 3 }

    /// Suite 1 if both offer it, else 2; nil for none.
    func chosen(with other: OfferedSuites) -> Suite? {
        switch bits & other.bits {
        case 0: nil
        case 2: .chaChaPoly
        default: .aesGCM
        }
    }

    func offers(_ suite: Suite) -> Bool {
        switch suite {
        case .aesGCM: bits & 1 != 0
        case .chaChaPoly: bits & 2 != 0
        }
    }
}

/// Why an attempt to pair ended; the other side does not learn the reason.
public enum PairingFailure: Error, Equatable, Sendable {
    /// Bytes that no station sends.
    case malformed
    /// The two have no suite in common.
    case suites
    /// The other side does not know the code, or somebody changed a message.
    case code
    /// The other side has this station's own key.
    case ownKey
}
