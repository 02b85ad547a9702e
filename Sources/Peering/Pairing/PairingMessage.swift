/// The four messages of a pairing, in their order (protocol.md §4.1).
enum PairingMessage: UInt8 {
    case p1 = 5
    case p2 = 6
    case p3 = 7
    case p4 = 8

    static let version: UInt8 = 1
    /// Length and type, before a body.
    static let headerSize = 3

    /// Bytes of its body.
    var bodySize: Int {
        switch self {
        case .p1: 1267
        case .p2: 1203
        case .p3: 128
        case .p4: 96
        }
    }

    /// The message as it goes into the stream.
    func framed(_ body: [UInt8]) -> [UInt8] {
        precondition(body.count == bodySize)
        let length = body.count + 1
        return [UInt8(length >> 8), UInt8(length & 0xFF), rawValue] + body
    }
}

/// Puts one message together from what a stream brings.
struct PairingReader {
    private(set) var expected: PairingMessage
    private var bytes: [UInt8] = []

    init(_ expected: PairingMessage) { self.expected = expected }

    /// Takes bytes from the stream.
    ///
    /// - Returns: The body when it is complete, nil before.
    /// - Throws: What is no beginning of the message, or more than it: nobody sends that.
    mutating func take(_ some: Span<UInt8>) throws(PairingFailure) -> [UInt8]? {
        let whole = PairingMessage.headerSize + expected.bodySize
        guard bytes.count + some.count <= whole else { throw .malformed }
        for place in some.indices { bytes.append(some[place]) }
        let length = expected.bodySize + 1
        let header = [UInt8(length >> 8), UInt8(length & 0xFF), expected.rawValue]
        guard bytes.prefix(3) == header.prefix(bytes.count)[...] else { throw .malformed }
        guard bytes.count == whole else { return nil }
        return Array(bytes[PairingMessage.headerSize...])
    }

    /// The message taken is done with; another one follows.
    mutating func expect(_ next: PairingMessage) { self = PairingReader(next) }
}
