import Foundation
import Media
import Peering
import Testing

@testable import Intercomd

/// The counters of `status --json` are in the manual page, those by cause as their causes.
@Suite struct CounterNamesTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    private func expectInManual(_ names: [String]) throws {
        let sections = try text("docs/intercomctl.1").split(separator: ".SH COUNTERS\n")
        let section = try #require(sections.last?.split(separator: "\n.SH ").first)
        let words = Set(section.split { !$0.isLetter && $0 != "_" }.map { String($0) })
        // The negative control.
        #expect(!words.contains("frames_forgotten"))
        for name in names { #expect(words.contains(name), "\(name)") }
    }

    private func withoutFamily(_ name: String) -> String {
        let families = ["dropped_", "handshake_dropped_", "discovery_dropped_", "unsent_"]
        for family in families where name.hasPrefix(family) {
            return String(name.dropFirst(family.utf8.count))
        }
        return name
    }

    @Test func everyCounterOfTheMediaLoopIsInTheManual() throws {
        let names = MediaCount.allCases.compactMap { $0.name.map { "\($0)" } }
        #expect(names.count > 30)
        try expectInManual(names.map(withoutFamily))
    }

    @Test func everyCounterOfTheControlLoopIsInTheManual() throws {
        let source = try text("Sources/Intercomd/Loop/ControlLoop+Snapshot.swift")
        let names = source.matches(of: /add\(\s*"([a-z_]+)/).map { String($0.1) }
        #expect(names.count > 25)
        // Of a family whose causes are computed, only the prefix stands there.
        try expectInManual(names.map(withoutFamily).filter { !$0.isEmpty })
    }

    @Test func everyCauseIsInTheManual() throws {
        try expectInManual(
            Drop.allCases.map { $0.rawValue } + DiscoveryDrop.allCases.map { $0.rawValue })
    }
}
