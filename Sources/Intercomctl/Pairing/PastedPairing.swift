internal import Config
internal import Peering
internal import Report

/// The host and code of a pairing, typed or pasted: in either order, in the whole line that the
/// other station shows, in quotation marks, with hyphens and blanks of any kind.
enum PastedPairing: Equatable {
    /// No words: this station shows a code.
    case nothing
    case code(String, host: String?)
    /// The code is missing; the complaint is the reason why the host is no code, or nil after `-`.
    case host(String?, String?)
    case wrong(String)

    init(_ words: [String]) {
        let plain = Self.plain(words)
        // A script whose variable is empty does not mean to show a code.
        guard words.isEmpty || !plain.isEmpty else {
            self = .wrong("the code is empty")
            return
        }
        let words = Self.withoutCommand(plain)
        guard let last = words.last else {
            self = .nothing
            return
        }
        if last == "-" {
            self = words.count < 3 ? .host(words.count == 2 ? words[0] : nil, nil) : Self.excess
        } else if let found = Self.found(in: words) {
            self = found
        } else if words.count == 1 {
            self = Self.alone(last)
        } else {
            self = Self.complaint(about: words)
        }
    }

    /// Returns the words without the marks that were pasted with them.
    private static func plain(_ words: [String]) -> [String] {
        var text = String.UnicodeScalarView()
        for word in words {
            for scalar in word.unicodeScalars where !marks.contains(scalar) {
                let isBlank = scalar.properties.isWhitespace
                text.append(hyphens.contains(scalar) ? "-" : isBlank ? " " : scalar)
            }
            text.append(" ")
        }
        return String(text).split(separator: " ").map { word in
            var word = word
            // The end of a sentence.
            while word.utf8.count > 1, let last = word.last, ".,;".contains(last) {
                word.removeLast()
            }
            return String(word)
        }
    }

    private static let marks: [Unicode.Scalar] = [
        "'", "\"", "`", "\u{ab}", "\u{bb}", "\u{2018}", "\u{2019}", "\u{201a}", "\u{201c}",
        "\u{201d}", "\u{201e}",
        // Characters without width: a soft hyphen, joiners and the byte order mark.
        "\u{ad}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}",
    ]

    /// Hyphens and dashes that programs write in place of a hyphen.
    private static let hyphens: [Unicode.Scalar] = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}", "\u{2212}",
        "\u{fe58}", "\u{fe63}", "\u{ff0d}",
    ]

    /// Drops the command, if the whole line was pasted.
    private static func withoutCommand(_ words: [String]) -> [String] {
        guard let program = words.firstIndex(of: "intercomctl"),
            let command = words[program...].firstIndex(of: "pair")
        else {
            let isCommand = words.count > 2 && words[0] == "pair" && isAddress(words[1])
            return isCommand ? Array(words[1...]) : words
        }
        return Array(words[(command + 1)...])
    }

    /// Reads the words as a code and perhaps a host, in the only or the likeliest way.
    private static func found(in words: [String]) -> PastedPairing? {
        let all = words.joined(separator: " ")
        guard words.count > 1 else { return fault(of: all) == nil ? .code(all, host: nil) : nil }
        let ways = [
            (host: words[0], code: words.dropFirst().joined(separator: " ")),
            (host: words[words.count - 1], code: words.dropLast().joined(separator: " ")),
        ].filter { fault(of: $0.code) == nil && PeerAddress(text: $0.host) != nil }
        // A word can be both: `basement` has eight characters of codes. Then the code is the part
        // in the form that stations show, or else the part after the host.
        let way =
            ways.count == 2 && isShownForm(ways[1].code) && !isShownForm(ways[0].code)
            ? ways[1] : ways.first
        if let way { return .code(way.code, host: way.host) }
        return fault(of: all) == nil ? .code(all, host: nil) : nil
    }

    /// Judges a single word that is no code: it is a host, unless it looks like a code.
    private static func alone(_ word: String) -> PastedPairing {
        let complaint = fault(of: word).map { "\"\(word.visible)\" is no code: \($0)" }
        guard PeerAddress(text: word) != nil else { return .wrong(complaint ?? "") }
        guard !looksLikeCode(word) else {
            return .wrong("\(complaint ?? ""); for a host: pair HOST CODE")
        }
        return .host(word, complaint)
    }

    /// Whether the word is all digits, or resembles a shown code: without the hyphen, a little too
    /// long or too short, or one half.
    private static func looksLikeCode(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        let digits = bytes.count { (48...57).contains($0) }
        if bytes.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }) { return true }
        let halves = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isCut = halves.count == 2 && halves.allSatisfy { (3...5).contains($0.count) }
        if isCut || bytes.count == 4 || digits > 0 && (7...9).contains(bytes.count),
            !bytes.contains(where: { (0x61...0x7a).contains($0) }), !isAddress(word)
        {
            return true
        }
        return digits > 0 && (7...10).contains(bytes.count) && !isAddress(word)
            && bytes.firstIndex(of: UInt8(ascii: "-")) == 4
    }

    private static func complaint(about words: [String]) -> PastedPairing {
        // A code of one word or two, with more than a host beside it.
        for count in [1, 2] where words.count > count + 1 {
            for ends in [words.suffix(count), words.prefix(count)]
            where fault(of: ends.joined(separator: " ")) == nil { return excess }
        }
        if words.count == 2, let host = words.first(where: { fault(of: $0) != nil }),
            words.contains(where: { fault(of: $0) == nil })
        {
            return .wrong("\"\(host.visible)\" is no address: pair HOST CODE, or HOST:PORT CODE")
        }
        let isFirst = isAddress(words[words.count - 1]) && !isAddress(words[0])
        let code = (isFirst ? words.dropLast() : words.dropFirst()).joined(separator: " ")
        guard let fault = fault(of: code) else { return excess }
        return .wrong("\"\(code.visible)\" is no code: \(fault)")
    }

    private static let excess = PastedPairing.wrong(
        "that is more than a host and a code: pair HOST CODE, with one HOST or HOST:PORT")

    /// Returns the mistake in a typed code; nil if the code is valid.
    private static func fault(of text: String) -> PairingCode.Fault? {
        do throws(PairingCode.Fault) {
            _ = try PairingCode(typed: text)
            return nil
        } catch { return error }
    }

    /// Whether the text has the form that stations show: `7K9M-QX2W`, or digits alone.
    private static func isShownForm(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 9 && bytes[4] == UInt8(ascii: "-")
            || bytes.allSatisfy { $0 == UInt8(ascii: " ") || (48...57).contains($0) }
    }

    private static func isAddress(_ word: String) -> Bool {
        word.contains { $0 == "." || $0 == ":" }
    }
}
