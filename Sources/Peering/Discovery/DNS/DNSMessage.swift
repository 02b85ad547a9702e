/// A DNS message, read as a whole or not at all (RFC 1035 §4.1, RFC 6762 §18).
///
/// The bytes are a stranger's: every length and pointer is checked, and the work is bounded by
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

    /// Questions and records in one message at most.
    ///
    /// A LAN's longest messages have half of it.
    static let partsMax = 64
    static let headerSize = 12

    let isResponse: Bool
    /// More known answers follow in another message (RFC 6762 §7.2).
    let isTruncated: Bool
    private(set) var questions: [Question] = []
    /// Answers, authorities and additional records, in this order.
    private(set) var records: [Record] = []
    /// How many of these are answers.
    let answers: Int

    /// Nil for what is no message of version, opcode and result 0, or has more than it should.
    init?(parsing bytes: Span<UInt8>) {
        guard bytes.count >= Self.headerSize else { return nil }
        var reader = DNSReader(at: 2)
        let flags = reader.word(bytes)!
        // Opcode and result other than 0 are ignored (RFC 6762 §18.3, §18.11).
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
