import Foundation
import Testing

@testable import Config

/// No key is known to the program alone.
@Suite struct DocumentTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(of name: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8)
    }

    /// The keys that each kind of section asks for.
    private func keys() -> [(kind: String, keys: [String])] {
        func asked(_ kind: String, _ read: (inout SectionReader) -> Void) -> (String, [String]) {
            let origin = Origin(file: "f", line: 1)
            var reader = SectionReader(
                INI.Section(kind: kind, name: "x", role: .main, origin: origin))
            read(&reader)
            return (kind, reader.asked)
        }
        var config = Config()
        return [
            asked("station") { config.station.read(&$0) },
            asked("network") { config.network.read(&$0) },
            asked("audio") { config.audio.read(&$0) },
            asked("talk") { config.talk.read(&$0) },
            asked("session") { config.session.read(&$0) },
            asked("quiet") { config.quiet.read(&$0) },
            asked("events") { config.events.read(&$0) },
            asked("paths") { config.paths.read(&$0) },
            asked("button") { _ = Config.Button(&$0) },
            asked("channel") { _ = Config.Channel(&$0) },
            asked("lamp") { _ = Config.Lamp(&$0) },
            asked("relay") { _ = Config.Relay(&$0) },
            asked("peer") { _ = Config.Peer(&$0) },
        ]
    }

    @Test func everyKeyIsInTheExamples() throws {
        let example = try text(of: "etc/intercomd.conf")
        let peer = try text(of: "etc/peers.d/frontdoor.conf")
        for (kind, keys) in keys() {
            let file = kind == "peer" ? peer : example
            let header = try #require(
                file.range(of: "\n[\(kind)") ?? file.range(of: "\n#[\(kind)"))
            let rest = file[header.upperBound...]
            let end = rest.range(of: "\n[")?.lowerBound ?? rest.endIndex
            #expect(!keys.isEmpty)
            for key in keys {
                #expect(
                    rest[..<end].contains("\n\(key) = ") || rest[..<end].contains("\n#\(key) = "))
            }
        }
    }

    @Test func everyKeyIsInTheManPage() throws {
        let page = try text(of: "docs/intercomd.conf.5")
        for (kind, keys) in keys() {
            let sections = page.components(separatedBy: ".SS ")
            let section = try #require(
                sections.first { $0.hasPrefix("[\(kind)]") || $0.hasPrefix("\"[\(kind) ") })
            for key in keys {
                #expect(section.contains(".B \(key)\n") || section.contains(".BR \(key) \" ="))
            }
        }
    }
}
