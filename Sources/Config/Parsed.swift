/// A value read from text, or what is wrong with the text.
enum Parsed<Value> {
    case value(Value)
    /// The fault, without its place, and the nearest right word.
    case wrong(String, String? = nil)
    /// The fault that the setting has, such as a name twice.
    case has(String)

    /// The result of `next` for the value.
    func then<Other>(_ next: (Value) -> Parsed<Other>) -> Parsed<Other> {
        switch self {
        case .value(let value): next(value)
        case .wrong(let what, let suggestion): .wrong(what, suggestion)
        case .has(let what): .has(what)
        }
    }
}

func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

func isLowerLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

func isLetter(_ byte: UInt8) -> Bool { isLowerLetter(byte | 0x20) }

func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
}

/// A letter, a digit, `-` or `_`.
func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
}

/// What a name is, for a person who has typed something else.
public let nameForm = "1 to 31 of a-z, 0-9 and -, no - first"

/// Whether this is a name, for a station or a section: `[a-z0-9][a-z0-9-]{0,30}`.
///
/// With a hyphen first it would be an option wherever it is typed.
public func isName(_ text: String) -> Bool {
    (1...Limits.name).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
        && text.utf8.allSatisfy {
            isLowerLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-")
        }
}

/// The name nearest to a text, such as the host name: `Kitchen.lan` gives `kitchen`.
///
/// The part before the first dot, in small letters, with `-` for every run of other characters; nil
/// when nothing of it is left.
public func nearestName(to text: String) -> String? {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        guard byte != UInt8(ascii: "."), bytes.count < Limits.name else { break }
        let small = isLetter(byte) ? byte | 0x20 : byte
        let isPlain = isLowerLetter(small) || isDigit(small)
        // One hyphen for such a run, but none at either end.
        if isPlain {
            bytes.append(small)
        } else if let last = bytes.last, last != UInt8(ascii: "-") {
            bytes.append(UInt8(ascii: "-"))
        }
    }
    if bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
}

/// Reads a name.
func parseName(_ text: String) -> Parsed<String> {
    guard isName(text) else {
        return .wrong("\(quoted(text)) is not a name: \(nameForm)")
    }
    return .value(text)
}

/// A text from a file, in quotation marks, shortened, and without control characters, which could
/// move the cursor of a terminal.
func quoted(_ text: String) -> String {
    let shown = text.utf8.prefix(60).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
    let tail = text.utf8.count > 60 ? "..." : ""
    return "\"\(String(decoding: shown, as: UTF8.self))\(tail)\""
}

/// The words in one sentence: `a, b or c`.
func oneOf(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
