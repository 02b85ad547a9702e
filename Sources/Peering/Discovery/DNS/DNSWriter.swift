/// Writes one DNS message; a name that has been written is only pointed to again.
struct DNSWriter {
    private(set) var bytes: [UInt8] = []
    /// Where names begin in the message, those within others, too.
    private var names: [(name: [UInt8], place: Int)] = []

    private static let internet: UInt16 = 1
    private static let authoritativeResponse: UInt16 = 0x8400

    init() {}

    /// The header of a question; multicast messages have the id 0 (RFC 6762 §18.1).
    mutating func beginQuery(questions: Int) {
        header(0, questions: questions, answers: 0)
    }

    /// The header of a response.
    mutating func beginResponse(answers: Int) {
        header(Self.authoritativeResponse, questions: 0, answers: answers)
    }

    private mutating func header(_ flags: UInt16, questions: Int, answers: Int) {
        precondition(bytes.isEmpty)
        for word in [0, flags, UInt16(questions), UInt16(answers), 0, 0] { self.word(word) }
    }

    mutating func question(_ name: DNSName, _ kind: UInt16) {
        self.name(name)
        word(kind)
        word(Self.internet)
    }

    /// One record; `body` writes what it says.
    ///
    /// The record is one of several that a name may have: the bit that has others forgotten
    /// (RFC 6762 §10.2) is not set.
    mutating func record(
        _ name: DNSName, _ kind: UInt16, timeToLive: UInt32, _ body: (inout DNSWriter) -> Void
    ) {
        self.name(name)
        word(kind)
        word(Self.internet)
        word(UInt16(timeToLive >> 16))
        word(UInt16(timeToLive & 0xFFFF))
        let start = bytes.count
        word(0)
        body(&self)
        let size = bytes.count - start - 2
        (bytes[start], bytes[start + 1]) = (UInt8(size >> 8), UInt8(size & 0xFF))
    }

    mutating func word(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 0xFF))
    }

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func name(_ name: DNSName) {
        var rest = name.bytes[...]
        while let length = rest.first, length > 0 {
            if let known = names.first(where: { $0.name[...] == rest }) {
                return word(0xC000 | UInt16(known.place))
            }
            names.append((Array(rest), bytes.count))
            bytes += rest.prefix(Int(length) + 1)
            rest = rest.dropFirst(Int(length) + 1)
        }
        bytes.append(0)
    }
}
