/// A JSON object as a line that ends with a checksum: `…,"crc":"1a2b3c4d"}`.
///
/// The check covers every byte before its own member, so the line stays JSON for other programs.
enum SealedLine {
    private static let mark: StaticString = ",\"crc\":\""
    /// The mark, eight digits, a quote, a brace.
    private static let tail = 8 + 8 + 2

    /// The line with its end; newline included.
    static func seal(_ object: borrowing JSON) -> [UInt8] {
        guard var line = object.encoded(limit: ControlLimits.reply) else { return [] }
        precondition(line.count > 2, "an object without members is never kept")
        line.removeLast()
        var digits = String(CRC32.of(line.span), radix: 16)
        while digits.utf8.count < 8 { digits = "0" + digits }
        line += Array("\(mark)\(digits)\"}\n".utf8)
        return line
    }

    /// The object of a line without its newline; nil if the line is damaged.
    static func open(_ line: Span<UInt8>) -> JSON? {
        guard line.count > tail else { return nil }
        let end = line.count - tail
        let sealed = line.extracting(first: end)
        var expected = String(CRC32.of(sealed), radix: 16)
        while expected.utf8.count < 8 { expected = "0" + expected }
        let ending = Array("\(mark)\(expected)\"}".utf8)
        for index in ending.indices where line[end + index] != ending[index] { return nil }
        return JSON(parsing: line)
    }
}
