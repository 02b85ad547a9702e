/// A domain name as a message has it without compression: labels, each after its length, and the
/// root.
///
/// Letters are lower case, because names that differ in case alone are the same (RFC 4343 §3).
struct DNSName: Hashable, Sendable {
    /// RFC 1035 §2.3.4.
    static let sizeMax = 255
    static let labelMax = 63

    private(set) var bytes: [UInt8]

    /// The root.
    init() { bytes = [0] }

    /// A name of labels that the program knows.
    init(_ labels: StaticString...) {
        bytes = []
        for label in labels {
            bytes.append(UInt8(label.utf8CodeUnitCount))
            bytes.append(contentsOf: "\(label)".utf8)
        }
        bytes.append(0)
    }

    /// A label below another name.
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
