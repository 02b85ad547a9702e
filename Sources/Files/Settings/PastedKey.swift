public import Crypto

/// A pasted public key, or the part of it that is wrong.
public enum PastedKey: Equatable, Sendable {
    case key(PublicKey)
    /// A complaint without a full stop.
    case wrong(String)

    private static let prefix = "intercom1"
    private static let bodyCount = PublicKey.bodyCount
    private static let checkCount = PublicKey.checkCount

    /// Reads the text without its blanks, line breaks and quotation marks, and without the
    /// setting's name where the whole line was pasted.
    public init(_ text: String) {
        let plain = Self.withoutMarks(text)
        if let key = PublicKey(text: plain) {
            self = .key(key)
        } else {
            self = .wrong(Self.complaint(about: plain))
        }
    }

    private static let marks: [Unicode.Scalar] = [
        " ", "\t", "\r", "\n", "\u{a0}", "'", "\"", "`", "\u{2018}", "\u{2019}", "\u{201c}",
        "\u{201d}",
    ]

    private static func withoutMarks(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars where !marks.contains(scalar) {
            plain.unicodeScalars.append(scalar)
        }
        plain = plain.lowercased()
        if plain.hasPrefix("key=") { plain.removeFirst(4) }
        while plain.utf8.count > 1, let last = plain.last, ",;.".contains(last) {
            plain.removeLast()
        }
        return plain
    }

    /// Explains the mistake; never repeats the pasted text, which may be a secret.
    private static func complaint(about text: String) -> String {
        guard !text.isEmpty else { return "the key is empty" }
        if let other = otherThing(text) { return other }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts[0] == prefix else {
            return "a key begins with \(prefix): and this does not; copy the whole line"
        }
        if let stray = text.unicodeScalars.first(where: { !isOfKeys($0) && $0 != ":" }),
            parts.dropFirst().contains(where: { $0.unicodeScalars.contains(stray) })
        {
            let shown = stray.isASCII && stray.value > 0x20 ? " (\(stray))" : ""
            return "the key has a character that no key has\(shown): a key has a to z and 2 to 7"
        }
        let body = parts.count > 1 ? parts[1].utf8.count : 0
        guard body == bodyCount else {
            return body < bodyCount
                ? "the key has \(body) of \(bodyCount) characters after \(prefix):"
                : "the key has \(body) characters after \(prefix): where \(bodyCount) belong"
        }
        let check = parts.count > 2 ? parts[2].utf8.count : 0
        guard check == checkCount, parts.count == 3 else {
            return "the key has \(check) of the \(checkCount) check letters after its last colon"
        }
        return "the key has a typing error: its check letters do not fit"
    }

    private static func isOfKeys(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("2"..."7").contains(scalar)
    }

    /// Recognizes other things of a station that people paste instead of a key.
    private static func otherThing(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        let isDigits = bytes.allSatisfy { (0x30...0x39).contains($0) }
        let isHexadecimal = bytes.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
        }
        if text.hasPrefix("intercom-identity-") || isHexadecimal && bytes.count == 64 {
            return "that is a secret and not a public key: it belongs in a file, never in a command"
        }
        if isDigits, bytes.count >= 4 {
            return "that is a fingerprint and not a key: a key begins with \(prefix):"
        }
        if bytes.count == 9, bytes[4] == UInt8(ascii: "-") {
            return "that is the short form of a key: the whole key begins with \(prefix):"
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts[0].utf8.count == bodyCount, parts[0].unicodeScalars.allSatisfy(isOfKeys) {
            return "that is the middle of a key: before it \(prefix): is missing"
        }
        return nil
    }
}
