import Foundation

/// The settings that intercomd.conf(5) describes.
struct ManPage {
    /// The description of one setting.
    struct Entry {
        let section: String
        let name: String
        /// The default; nil where the page names none.
        let standard: String?
        /// The description, without markup.
        var text = ""
    }

    private(set) var entries: [Entry] = []

    /// Reads the page: a `.SS` is a section, each `.TP` or `.TQ` outside `.RS` a setting.
    init(_ page: String) {
        var section = ""
        var depth = 0
        var isTag = false
        /// The entries that share the description to come.
        var open: [Int] = []
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = Self.words(of: line)
            switch words.first {
            case ".SH": section = ""
            case ".SS":
                section = words.dropFirst().joined(separator: " ")
                open = []
            case ".RS": depth += 1
            case ".RE": depth -= 1
            case ".TP" where depth == 0, ".TQ" where depth == 0:
                if words[0] == ".TP" { open = [] }
                isTag = true
            default:
                let text = Self.plain(words)
                if isTag {
                    isTag = false
                    guard !section.isEmpty else { continue }
                    let parts = text.split(separator: " ", maxSplits: 1).map { String($0) }
                    let standard = parts.count == 2 ? parts[1].dropFirst().drop { $0 == " " } : nil
                    open.append(entries.count)
                    entries.append(
                        Entry(section: section, name: parts[0], standard: standard.map { "\($0)" }))
                } else {
                    for index in open { entries[index].text += text + " " }
                }
            }
        }
    }

    /// The entry of a setting; `header` is `[audio]` or `[button NAME]`.
    func entry(_ name: String, in header: String) -> Entry? {
        entries.first { $0.name == name && $0.section.contains(header) }
    }

    /// The arguments of a macro as roff splits them, or the whole line of text.
    private static func words(of line: Substring) -> [String] {
        guard line.hasPrefix(".") else { return [String(line)] }
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted:
                words.append(word)
                word = ""
            default: word.append(character)
            }
        }
        return words + [word]
    }

    /// Without macros and escapes.
    private static func plain(_ words: [String]) -> String {
        guard let macro = words.first, macro.hasPrefix(".") else {
            return unescaped(words.joined(separator: " "))
        }
        let isAlternating = [".BR", ".BI", ".IR"].contains(macro)
        return unescaped(words.dropFirst().joined(separator: isAlternating ? "" : " "))
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing(#/\\f[RPIB]/#, with: "").replacing("\\-", with: "-")
    }
}
