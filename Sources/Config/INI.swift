/// The grammar of a configuration file: sections, keys and values, with their lines.
///
/// `[section]` or `[section name]`, `key = value`, `#` comments at the start of a line or after a
/// space. No quotes, continued lines, includes or variables. Any bytes can be parsed: an unreadable
/// line is a mistake.
struct INI {
    struct Entry {
        let key: String
        let value: String
        let origin: Origin
    }

    struct Section {
        let kind: String
        /// Empty when the header has none.
        let name: String
        let role: ConfigSource.Role
        let origin: Origin
        var entries: [Entry] = []
        /// Whether one of its lines could not be read: that line may be a setting that now seems
        /// missing.
        var hasFaults = false

        /// The header, such as `[peer attic]`.
        var header: String { name.isEmpty ? "[\(kind)]" : "[\(kind) \(name)]" }
    }

    private(set) var sections: [Section] = []
    private(set) var mistakes: [Mistake] = []
    /// Whether a header, or a line outside every section, could not be read.
    private(set) var hasStrayFaults = false
    /// Whether the current section has an unreadable header: its settings are skipped without a
    /// report.
    private var isSkipping = false
    /// Whether the line before ended in a backslash, as if this line continued it.
    private var isContinuing = false

    /// Parses a file; with `isWhole` to its end, however many mistakes it has.
    init(parsing source: ConfigSource, isWhole: Bool = false) {
        var rest = source.bytes[...]
        // Some editors write a byte-order mark.
        if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
        if rest.starts(with: [0xff, 0xfe]) || rest.starts(with: [0xfe, 0xff]) {
            fail(Origin(file: source.path, line: 1), "the file is UTF-16; save it as UTF-8")
            return
        }

        var number = 0
        while !rest.isEmpty {
            number += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let origin = Origin(file: source.path, line: number)
            read(rest[..<end], role: source.role, at: origin)
            rest = rest[end...].dropFirst()
            // A file that is not text has thousands of wrong lines.
            if mistakes.count > Limits.mistakes, !isWhole { return }
        }
    }

    private mutating func read(
        _ raw: ArraySlice<UInt8>, role: ConfigSource.Role, at origin: Origin
    ) {
        guard raw.count <= Limits.line else {
            return fail(origin, "the line is longer than \(Limits.line) bytes")
        }
        let line = Self.trimmed(Self.withoutComment(raw))
        let isRest = isContinuing
        isContinuing = line.last == UInt8(ascii: "\\")
        // A continued line is one mistake, reported at its first line.
        guard !isRest, let first = line.first else { return }
        // Comments may be in any script; elsewhere an invisible character could not be found.
        guard line.allSatisfy({ Self.isPlain($0) }) else {
            return fail(origin, Self.complaint(aboutStrangerIn: raw))
        }
        if first == UInt8(ascii: "[") {
            readHeader(line, role: role, at: origin)
        } else {
            readEntry(line, at: origin)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7f).contains(byte) || byte == 0x09
    }

    /// Describes the first character of a line that is not plain, and its place: often it looks
    /// plain.
    private static func complaint(aboutStrangerIn raw: ArraySlice<UInt8>) -> String {
        let before = raw.prefix { isPlain($0) }
        let rest = String(decoding: raw[before.endIndex...], as: UTF8.self)
        let found = rest.unicodeScalars.first?.value ?? 0
        let digits = String(found, radix: 16, uppercase: true)
        let hint =
            switch found {
            case 0xa0: ", a no-break space"
            case 0x2010...0x2015: ", a dash that is no \"-\""
            case 0x2018...0x201f: ", a quotation mark, which no value needs"
            default: ""
            }
        return "the character U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
            + " in column \(before.count + 1)\(hint):"
            + " only plain ASCII text is allowed outside comments"
    }

    private mutating func readHeader(
        _ line: ArraySlice<UInt8>, role: ConfigSource.Role, at origin: Origin
    ) {
        isSkipping = true
        guard line.last == UInt8(ascii: "]"), line.count > 2 else {
            return fail(origin, "a section is written [section] or [section name]")
        }
        let words = line.dropFirst().dropLast()
            .split { $0 == UInt8(ascii: " ") || $0 == 0x09 }
            .map { String(decoding: $0, as: UTF8.self) }
        guard let kind = words.first, words.count <= 2 else {
            return fail(origin, "a section is written [section] or [section name]")
        }
        isSkipping = false
        let name = words.count == 2 ? words[1] : ""
        sections.append(Section(kind: kind, name: name, role: role, origin: origin))
    }

    private mutating func readEntry(_ line: ArraySlice<UInt8>, at origin: Origin) {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
            return fail(origin, "\(Self.shown(line)) is neither [section] nor setting = value")
        }
        let key = Self.trimmed(line[..<equals])
        let value = Self.trimmed(line[equals...].dropFirst())
        guard !key.isEmpty, key.allSatisfy({ isWordByte($0) }) else {
            return fail(origin, "\(Self.shown(key)) is no setting: letters, digits and -")
        }
        guard !isSkipping else { return }
        // A note may end in a backslash.
        if key.starts(with: "x-".utf8) { isContinuing = false }
        // No right value ends in a backslash, and the next line would be lost.
        guard !isContinuing else {
            return fail(
                origin,
                "\(Self.shown(key)) ends in \\, and lines are not continued: write the whole value"
                    + " on one line")
        }
        guard let last = sections.indices.last else {
            return fail(origin, "\(Self.shown(key)) stands before the first [section]")
        }
        sections[last].entries.append(
            Entry(
                key: String(decoding: key, as: UTF8.self),
                value: String(decoding: value, as: UTF8.self), origin: origin))
    }

    private mutating func fail(_ origin: Origin, _ what: String) {
        mistakes.append(Mistake(origin, what))
        if let last = sections.indices.last, !isSkipping {
            sections[last].hasFaults = true
        } else {
            hasStrayFaults = true
        }
    }

    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        quoted(String(decoding: bytes, as: UTF8.self))
    }

    /// Cuts a line at a `#` that begins it or follows a blank.
    static func withoutComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        for i in line.indices where line[i] == UInt8(ascii: "#") {
            if i == line.startIndex || isBlank(line[i - 1]) { return line[..<i] }
        }
        return line
    }

    /// Removes the blanks at both ends, and the carriage return of a Windows file.
    static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, isBlank(last) || last == 0x0d { line = line.dropLast() }
        while let first = line.first, isBlank(first) { line = line.dropFirst() }
        return line
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
