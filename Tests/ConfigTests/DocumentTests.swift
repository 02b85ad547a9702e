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

    /// The keys that each kind of section has.
    private func keys() -> [(kind: String, keys: [String])] {
        Config.kinds.filter { !["sounds", "call", "policy"].contains($0.name) }
            .map { kind in (kind.name, kind.settings.map { $0.name }) }
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
