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

/// Words that mean the same elsewhere, and are not alike.
private let sameWords = [
    ["yes", "on", "true", "enabled", "1"], ["no", "off", "false", "disabled", "0"],
]

/// The word that was probably meant, if one is near enough to suggest, or means the same.
///
/// - Parameters:
///   - word: the wrong word.
///   - candidates: the right words.
/// - Returns: the candidate at the smallest edit distance, the first one of several; nil when each
///   is further away than a third of the longer word.
public func nearestWord(to word: String, among candidates: [String]) -> String? {
    // No candidate is that long; this also bounds the work.
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

/// How many insertions, deletions, replacements and swaps of neighbours make one word the other.
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

/// Names that mean something else wherever a peer or a channel can be named.
///
/// A peer chooses the name by which it introduces itself when stations pair, so a name with two
/// meanings would let it take the place of the other meaning.
public enum ReservedName {
    /// Each with what it means.
    private static let meanings = [
        (name: "mic", meaning: "this station's own microphone"),
        (name: "speaker", meaning: "this station's own speaker"),
        (name: Deed.reply, meaning: "the peer heard last"),
    ]

    /// The meaning of the name; nil for a name that a channel can have.
    public static func meaning(of name: String) -> String? {
        meanings.first { $0.name == name }?.meaning
    }

    /// The meaning of the name; nil for a name that a peer can have.
    public static func meaning(ofPeer name: String) -> String? {
        name == "all" ? "all stations" : meaning(of: name)
    }
}
