/// The strings of a TXT record, each after its length (RFC 6763 §6).
struct TextStrings: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    /// Nil where one is cut short.
    init?(parsing text: [UInt8]) {
        rest = text[...]
        var others = self
        while others.next() != nil {}
        guard others.rest.isEmpty else { return nil }
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let size = rest.first, Int(size) < rest.count else { return nil }
        let string = rest.dropFirst().prefix(Int(size))
        rest = rest.dropFirst(1 + Int(size))
        return string
    }

    func contains(_ string: [UInt8]) -> Bool { contains { $0.elementsEqual(string) } }

    /// The value of a key; of several strings with that key the first counts (RFC 6763 §6.4).
    func value(of key: [UInt8]) -> [UInt8]? {
        first { $0.starts(with: key) }.map { Array($0.dropFirst(key.count)) }
    }

    /// The bytes of a record of these strings.
    static func bytes(of strings: [[UInt8]]) -> [UInt8] {
        strings.flatMap { [UInt8($0.count)] + $0 }
    }
}
