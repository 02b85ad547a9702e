/// A value read from text, or the fault of the text.
enum Parsed<Value> {
    case value(Value)
    /// The fault, without its place, and the nearest right word.
    case wrong(String, String? = nil)
    /// A fault that the setting "has", such as a repeated name.
    case has(String)

    /// Returns the result of `next` for the value.
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

/// Returns whether a byte is a letter, a digit, `-` or `_`.
func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
}

/// The form of a name, for a person who has typed another text.
public let nameForm = "1 to 31 of a-z, 0-9 and -, no - first"

/// Returns whether a text is a name, for a station or a section: `[a-z0-9][a-z0-9-]{0,30}`.
///
/// A name with a hyphen first would be an option on a command line.
public func isName(_ text: String) -> Bool {
    (1...Limits.name).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
        && text.utf8.allSatisfy {
            isLowerLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-")
        }
}

/// Returns the name nearest to a text, such as the host name: `Kitchen.lan` gives `kitchen`.
///
/// That is the part before the first dot, in small letters, with `-` for every run of other
/// characters; nil when nothing of it is left.
public func nearestName(to text: String) -> String? {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        guard byte != UInt8(ascii: "."), bytes.count < Limits.name else { break }
        let small = isLetter(byte) ? byte | 0x20 : byte
        let isPlain = isLowerLetter(small) || isDigit(small)
        // One hyphen for a run of other characters, but none at either end.
        if isPlain {
            bytes.append(small)
        } else if let last = bytes.last, last != UInt8(ascii: "-") {
            bytes.append(UInt8(ascii: "-"))
        }
    }
    if bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
}

/// The form of names, with the name nearest to a text that is none, and no address or key.
public func nameForm(near text: String) -> String {
    guard !text.utf8.contains(UInt8(ascii: ":")), let name = nearestName(to: text),
        name.utf8.contains(where: isLetter), ReservedName.meaning(ofPeer: name) == nil
    else { return nameForm }
    return "\(nameForm); try \"\(name)\""
}

/// Reads a name.
func parseName(_ text: String) -> Parsed<String> {
    guard isName(text) else {
        return .wrong("\(quoted(text)) is not a name: \(nameForm(near: text))")
    }
    return .value(text)
}

/// Returns a text from a file in quotation marks, shortened, and without control characters, which
/// could move the cursor of a terminal.
func quoted(_ text: String) -> String {
    let shown = text.utf8.prefix(60).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
    let tail = text.utf8.count > 60 ? "..." : ""
    return "\"\(String(decoding: shown, as: UTF8.self))\(tail)\""
}

/// Joins words in one sentence: `a, b or c`.
func oneOf(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}

/// Words that look different and mean the same in other programs.
private let sameWords = [
    ["yes", "on", "true", "enabled", "1"], ["no", "off", "false", "disabled", "0"],
]

/// Returns the word that was probably meant: a near one, or one of the same meaning.
///
/// - Parameters:
///   - word: the wrong word.
///   - candidates: the right words.
/// - Returns: the candidate at the smallest edit distance, the first of equals; nil when each
///   differs by more than a third of the longer word.
public func nearestWord(to word: String, among candidates: [String]) -> String? {
    // No candidate is that long; the limit also bounds the work.
    guard word.utf8.count <= 64 else { return nil }
    let written = word.utf8.map { isLetter($0) ? $0 | 0x20 : $0 }
    let same = sameWords.first { $0.contains(String(decoding: written, as: UTF8.self)) }
    if let meant = candidates.first(where: { same?.contains($0) ?? false }) { return meant }
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(written, Array(candidate.utf8))
        let longer = max(written.count, candidate.utf8.count)
        guard distance <= max(1, longer / 3), distance < longer else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.word
}

/// Counts the insertions, deletions, replacements and swaps of neighbours that turn one word into
/// the other.
///
/// Optimal string alignment, with three rows of its table.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [Int](repeating: i + 1, count: right.count + 1)
        for j in right.indices {
            let isSame = left[i] == right[j]
            row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (isSame ? 0 : 1))
            // "prots" is one slip away from "ports".
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                row[j + 1] = min(row[j + 1], before[j - 1] + 1)
            }
        }
        before = last
        last = row
    }
    return last[right.count]
}

/// Names that have another meaning wherever a peer or a channel can be named.
///
/// In a pairing a peer chooses the name by which it introduces itself, so a name with two meanings
/// would let the peer take the place of the other meaning.
public enum ReservedName {
    /// Each reserved name with its meaning.
    private static let meanings = [
        (name: "mic", meaning: "this station's own microphone"),
        (name: "speaker", meaning: "this station's own speaker"),
        (name: Deed.reply, meaning: "the peer heard last"),
    ]

    /// Returns the meaning of the name; nil for a name that a channel can have.
    public static func meaning(of name: String) -> String? {
        meanings.first { $0.name == name }?.meaning
    }

    /// Returns the meaning of the name; nil for a name that a peer can have.
    public static func meaning(ofPeer name: String) -> String? {
        name == "all" ? "all stations" : meaning(of: name)
    }
}
