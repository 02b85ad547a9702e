import Config
import Foundation
import Testing

/// The files people copy.
@Suite struct ExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("etc")

    private func text(of name: String) throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    }

    private func parse(_ main: String, peers: String? = nil) throws -> Config {
        var sources = [ConfigSource(role: .main, path: "main", bytes: Array(main.utf8))]
        if let peers {
            sources.append(ConfigSource(role: .peers, path: "peers", bytes: Array(peers.utf8)))
        }
        return try Config(sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
    }

    @Test func minimalFileIsTenLinesAndWorks() throws {
        let text = try text(of: "minimal.conf")
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 11)
        let config = try parse(text)
        #expect(config.buttons.map { $0.talk } == [.channel("house")])
        #expect(config.warnings.isEmpty)
    }

    @Test func fullFileAndPeerFileWorkTogether() throws {
        let config = try parse(
            text(of: "intercomd.conf"), peers: text(of: "peers.d/frontdoor.conf"))
        #expect(config.peers.map { $0.name } == ["frontdoor"])
        #expect(config.peers[0].psk == .file("frontdoor.psk"))
        #expect(config.warnings.isEmpty)
    }

    /// The commented settings are the defaults: uncommented, they change nothing.
    @Test func whatTheFullFileCallsADefaultIsOne() throws {
        let text = try text(of: "intercomd.conf")
        let hidden =
            /(?m)^#(?=\[(?:session|quiet|events|button (?:voice|door)|relay door)\]|[a-z-]+ = )/
        let uncommented = text.replacing(hidden, with: "")
        #expect(uncommented != text)
        let plain = try parse(text)
        let explicit = try parse(uncommented)
        for section in plain.effectiveSections {
            let same = explicit.effectiveSections.first {
                $0.kind == section.kind && $0.name == section.name
            }
            #expect(same == section)
        }
        // The sections that the example comments out as a whole.
        let names = explicit.effectiveSections.map { $0.name }
        #expect(names.contains("voice") && names.contains("door"))
    }
}
