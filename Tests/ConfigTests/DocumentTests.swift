import Foundation
import Testing

@testable import Config

/// A text of this repository.
func repositoryText(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// The man page and the examples have every setting of the tables, with its default.
@Suite struct DocumentTests {
    private static func header(of kind: SectionKind) -> String {
        kind.isNamed ? "[\(kind.name) NAME]" : "[\(kind.name)]"
    }

    private static let page = Result { try repositoryText("docs/intercomd.conf.5") }
    private static let complaintsAboutThePage = page.map { complaints(aboutPage: $0) }

    // The faults of the man page, one line each.

    private static func complaints(aboutPage text: String) -> [String] {
        let page = ManPage(text)
        var found: [String] = []
        for kind in Config.kinds {
            for setting in kind.settings {
                let place = "\(header(of: kind)) \(setting.name)"
                guard let entry = page.entry(setting.name, in: header(of: kind)) else {
                    found.append("\(place) is missing")
                    continue
                }
                if setting.isRequired {
                    if entry.standard != nil || !entry.text.contains("Required") {
                        found.append("\(place) is not called required")
                    }
                } else if !isDefault(entry.standard ?? "", of: setting.name, kind) {
                    found.append("\(place): \(entry.standard ?? "nothing") is not its default")
                }
                // A word such as auto may stand in the tag alone, as the default.
                let said = "\(entry.text) \(entry.standard ?? "")"
                for value in missing(in: said, of: setting.allowed) {
                    found.append("\(place) does not name \(value)")
                }
            }
        }
        let known = Config.kinds.flatMap { kind in
            kind.settings.map { (header: header(of: kind), name: $0.name) }
        }
        for entry in page.entries
        where !known.contains(where: { entry.section.contains($0.header) && entry.name == $0.name })
        {
            found.append("\(entry.section) \(entry.name) is no setting")
        }
        return found
    }

    /// The bounds or words that a description leaves out.
    private static func missing(in text: String, of allowed: Allowed) -> [String] {
        switch allowed {
        case .words(let words):
            let wordCharacters = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-"))
            let there = text.components(separatedBy: wordCharacters.inverted)
            return words.filter { !there.contains($0) }
        case .forms(let forms): return forms.filter { !text.contains($0) }
        case .times, .integers, .gains, .levels, .percents:
            let bounds = allowed.text.components(separatedBy: " to ")
            guard let least = text.range(of: "\(bounds[0]) "),
                text[least.upperBound...].contains("to \(bounds[1])")
            else { return [allowed.text] }
            return []
        }
    }

    /// Whether setting it to this value changes nothing.
    private static func isDefault(_ value: String, of name: String, _ kind: SectionKind) -> Bool {
        let header = kind.isNamed ? "[\(kind.name) attic]" : "[\(kind.name)]"
        var others = "\n[channel house]\n"
        if kind.name != "station" { others += "[station]\nname = a\n" }
        if kind.name == "policy" { others += "[peer attic]\nkey = \(keyA)\n" }
        if kind.name == "record" { others += "[channel attic]\n" }
        func effective(_ lines: [String]) -> String? {
            let text = "\(header)\n" + lines.joined(separator: "\n") + others
            return (try? parse(text))?.effective
        }
        return contexts(of: kind).contains { lines in
            guard !lines.contains(where: { $0.hasPrefix("\(name) =") }),
                let without = effective(lines)
            else { return false }
            return effective(lines + ["\(name) = \(value)"]) == without
        }
    }

    /// Right sections of a kind, without most settings.
    private static func contexts(of kind: SectionKind) -> [[String]] {
        switch kind.name {
        case "station": [["name = a"]]
        case "button":
            [
                ["line = GPIO1", "talk = house"], ["mode = vox", "talk = house"],
                ["line = GPIO1", "press = dnd"],
            ]
        case "lamp": [["line = GPIO1", "show = fault"]]
        case "relay": [["line = GPIO1"]]
        case "record": [["to = \(recordingKey)"]]
        case "peer": [["key = \(keyA)"]]
        default: [[]]
        }
    }

    @Test func theManPageHasEverySettingWithItsDefaultAndValues() throws {
        #expect(Self.complaints(aboutPage: try repositoryText("docs/intercomd.conf.5")) == [])
    }

    /// Negative controls: a planted fault in the page is reported, and nothing else.
    @Test(arguments: [
        (
            "BR rx-hold \" = 150ms\"", "B hold",
            ["[audio] rx-hold is missing", "[audio] hold is no setting"]
        ),
        ("max-talk \" = 2m\"", "max-talk \" = 3m\"", ["[talk] max-talk: 3m is not its default"]),
        ("1s to 1h", "1s to 2h", ["[talk] max-talk does not name 1s to 1h"]),
        (".B latch\n", "", ["[button NAME] mode does not name latch"]),
    ])
    func aFaultInTheManPageIsReported(_ text: String, _ other: String, _ report: [String]) throws {
        let page = try Self.page.get()
        #expect(page.contains(text))
        let before = try Self.complaintsAboutThePage.get()
        let found = Self.complaints(aboutPage: page.replacing(text, with: other))
        #expect(found.filter { !before.contains($0) } == report)
    }

    /// The settings that the examples lack, or show with another value than the default.
    private static func complaints(aboutExample main: String, peer: String) throws -> [String] {
        let page = ManPage(try repositoryText("docs/intercomd.conf.5"))
        let (main, peer) = (ExampleFile(main), ExampleFile(peer))
        var found: [String] = []
        for kind in Config.kinds {
            let file = kind.isOfPeer ? peer : main
            for setting in kind.settings {
                let place = "\(header(of: kind)) \(setting.name)"
                let shown = file.values(of: setting.name, in: kind.name, isNamed: kind.isNamed)
                if shown.isEmpty { found.append("\(place) is not shown") }
                let standard = page.entry(setting.name, in: header(of: kind))?.standard ?? ""
                // The example is one certain peer, which need not have the defaults.
                guard !standard.isEmpty, kind.name != "peer", !shown.isEmpty else { continue }
                if !shown.contains(standard) {
                    found.append("\(place) is shown as \(shown[0]), not as \(standard)")
                }
            }
        }
        return found
    }

    @Test func theExamplesShowEverySettingWithItsDefault() throws {
        let found = try Self.complaints(
            aboutExample: repositoryText("etc/intercomd.conf"),
            peer: repositoryText("etc/peers.d/frontdoor.conf"))
        #expect(found == [])
    }

    /// Negative controls: a planted fault in an example is reported, and nothing else.
    @Test(arguments: [
        ("#rx-hold = 150ms\n", "", ["[audio] rx-hold is not shown"]),
        ("#rx-hold = 150ms\n", "#rx-hold = 2s\n", ["[audio] rx-hold is shown as 2s, not as 150ms"]),
        ("suite = auto\n", "", ["[peer NAME] suite is not shown"]),
    ])
    func aFaultInAnExampleIsReported(_ text: String, _ other: String, _ report: [String]) throws {
        let main = try repositoryText("etc/intercomd.conf")
        let peer = try repositoryText("etc/peers.d/frontdoor.conf")
        #expect(main.contains(text) || peer.contains(text))
        let before = try Self.complaints(aboutExample: main, peer: peer)
        let found = try Self.complaints(
            aboutExample: main.replacing(text, with: other),
            peer: peer.replacing(text, with: other))
        #expect(found.filter { !before.contains($0) } == report)
    }
}
