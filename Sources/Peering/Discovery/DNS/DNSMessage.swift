/// A DNS message, read as a whole or not at all (RFC 1035 §4.1, RFC 6762 §18).
///
/// The bytes come from a stranger: every length and pointer is checked, and the work is bounded by
/// `partsMax` names of at most 255 bytes.
struct DNSMessage {
    struct Question: Equatable {
        let name: DNSName
        let kind: UInt16
    }

    struct Record: Equatable {
        let name: DNSName
        let kind: UInt16
        let timeToLive: UInt32
        let content: Content
    }

    /// The content of a record, for the kinds that are of use here.
    enum Content: Equatable {
        case pointer(DNSName)
        case service(port: UInt16, host: DNSName)
        case text([UInt8])
        case other
    }

    /// The numbers of RFC 1035 §3.2.2, RFC 2782 and RFC 3596.
    enum Kind {
        static let a: UInt16 = 1
        static let pointer: UInt16 = 12
        static let text: UInt16 = 16
        static let aaaa: UInt16 = 28
        static let service: UInt16 = 33
        static let any: UInt16 = 255
    }

    /// The most questions and records in one message.
    ///
    /// The longest messages on a LAN have half as many.
    static let partsMax = 64
    static let headerSize = 12

    let isResponse: Bool
    /// More known answers follow in another message (RFC 6762 §7.2).
    let isTruncated: Bool
    private(set) var questions: [Question] = []
    /// Answers, authorities and additional records, in this order.
    private(set) var records: [Record] = []
    /// How many of the records are answers.
    let answers: Int

    /// Nil for a malformed message, an opcode or result other than 0, and more than `partsMax`
    /// parts.
    init?(parsing bytes: Span<UInt8>) {
        guard bytes.count >= Self.headerSize else { return nil }
        var reader = DNSReader(at: 2)
        let flags = reader.word(bytes)!
        // Messages with another opcode or result are ignored (RFC 6762 §18.3, §18.11).
        guard flags & 0x780F == 0 else { return nil }
        isResponse = flags & 0x8000 != 0
        isTruncated = flags & 0x0200 != 0
        let asked = Int(reader.word(bytes)!)
        answers = Int(reader.word(bytes)!)
        let others = Int(reader.word(bytes)!) + Int(reader.word(bytes)!)
        guard asked + answers + others <= Self.partsMax else { return nil }
        for _ in 0..<asked {
            guard let question = reader.question(bytes) else { return nil }
            questions.append(question)
        }
        for _ in 0..<answers + others {
            guard let record = reader.record(bytes) else { return nil }
            records.append(record)
        }
    }
}

/// A domain name in its uncompressed form: labels, each after its length, then the root.
///
/// Letters are lower case, because names that differ in case alone are the same (RFC 4343 §3).
struct DNSName: Hashable, Sendable {
    /// RFC 1035 §2.3.4.
    static let sizeMax = 255
    static let labelMax = 63

    private(set) var bytes: [UInt8]

    /// The root.
    init() { bytes = [0] }

    /// Makes a name of fixed labels.
    init(_ labels: StaticString...) {
        bytes = []
        for label in labels {
            bytes.append(UInt8(label.utf8CodeUnitCount))
            bytes.append(contentsOf: "\(label)".utf8)
        }
        bytes.append(0)
    }

    /// Puts a label below another name.
    init(_ label: [UInt8], in parent: DNSName) {
        precondition((1...Self.labelMax).contains(label.count))
        bytes = [UInt8(label.count)] + label.map { Self.lower($0) } + parent.bytes
        precondition(bytes.count <= Self.sizeMax)
    }

    /// Adds a label at the end, before the root; false when the name would be too long.
    mutating func append(_ label: Span<UInt8>) -> Bool {
        guard bytes.count + label.count + 1 <= Self.sizeMax else { return false }
        bytes[bytes.count - 1] = UInt8(label.count)
        for place in label.indices { bytes.append(Self.lower(label[place])) }
        bytes.append(0)
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// Reads a DNS message, from `place` on.
///
/// A method returns nil where the bytes end too early or break a rule; the message is dropped then.
struct DNSReader {
    private(set) var place: Int

    init(at place: Int) { self.place = place }

    mutating func word(_ bytes: Span<UInt8>) -> UInt16? {
        guard place + 2 <= bytes.count else { return nil }
        defer { place += 2 }
        return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }

    private mutating func long(_ bytes: Span<UInt8>) -> UInt32? {
        guard let high = word(bytes), let low = word(bytes) else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    mutating func question(_ bytes: Span<UInt8>) -> DNSMessage.Question? {
        // The class is not checked: it is the internet's, with or without the bit for a unicast
        // answer (RFC 6762 §5.4).
        guard let name = name(bytes), let kind = word(bytes), word(bytes) != nil else {
            return nil
        }
        return DNSMessage.Question(name: name, kind: kind)
    }

    mutating func record(_ bytes: Span<UInt8>) -> DNSMessage.Record? {
        guard let name = name(bytes), let kind = word(bytes), word(bytes) != nil,
            let timeToLive = long(bytes), let size = word(bytes)
        else { return nil }
        let end = place + Int(size)
        guard end <= bytes.count, let content = content(of: kind, until: end, bytes) else {
            return nil
        }
        place = end
        return DNSMessage.Record(
            name: name, kind: kind, timeToLive: timeToLive, content: content)
    }

    private mutating func content(
        of kind: UInt16, until end: Int, _ bytes: Span<UInt8>
    ) -> DNSMessage.Content? {
        switch kind {
        case DNSMessage.Kind.pointer:
            guard let name = name(bytes), place == end else { return nil }
            return .pointer(name)
        case DNSMessage.Kind.service:
            // Priority and weight are of no use with one host (RFC 2782).
            guard long(bytes) != nil, let port = word(bytes), let host = name(bytes), place == end
            else { return nil }
            return .service(port: port, host: host)
        case DNSMessage.Kind.text:
            return .text((place..<end).map { bytes[$0] })
        default:
            return .other
        }
    }

    /// Reads a name, whose pointers must lead to earlier places (RFC 1035 §4.1.4), so that it ends.
    mutating func name(_ bytes: Span<UInt8>) -> DNSName? {
        var name = DNSName()
        var at = place
        /// Pointers must lead before this place.
        var limit = place
        var hasJumped = false
        while true {
            guard at < bytes.count else { return nil }
            let length = Int(bytes[at])
            switch length {
            case 0:
                if !hasJumped { place = at + 1 }
                return name
            case 1...DNSName.labelMax:
                guard at + 1 + length <= bytes.count,
                    name.append(bytes.extracting(at + 1..<at + 1 + length))
                else { return nil }
                at += 1 + length
            case 0xC0...0xFF:
                guard at + 1 < bytes.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(bytes[at + 1])
                guard target >= DNSMessage.headerSize, target < limit else { return nil }
                if !hasJumped { place = at + 2 }
                hasJumped = true
                limit = target
                at = target
            default:
                return nil
            }
        }
    }
}

/// Writes one DNS message; a repeated name becomes a pointer to its first place.
struct DNSWriter {
    private(set) var bytes: [UInt8] = []
    /// The names in the message, those within other names, too, and the places where they begin.
    private var names: [(name: [UInt8], place: Int)] = []

    private static let internet: UInt16 = 1
    private static let authoritativeResponse: UInt16 = 0x8400

    /// Begins a question, or a response; multicast messages have the id 0 (RFC 6762 §18.1).
    init(questions: Int = 0, answers: Int = 0) {
        let flags = questions > 0 ? 0 : Self.authoritativeResponse
        for word in [0, flags, UInt16(questions), UInt16(answers), 0, 0] { self.word(word) }
    }

    mutating func question(_ name: DNSName, _ kind: UInt16) {
        self.name(name)
        word(kind)
        word(Self.internet)
    }

    /// Writes a record; `body` writes its content.
    ///
    /// The cache-flush bit (RFC 6762 §10.2) is not set: a name may have several such records.
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
