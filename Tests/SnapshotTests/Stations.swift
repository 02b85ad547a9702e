import Config
import Crypto
import Testing

@testable import Intercomd

/// The configuration that a text says; `site` is that of the site's file.
func config(_ text: String, site: String? = nil) throws -> Config {
    var sources = [ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))]
    if let site {
        sources.append(ConfigSource(role: .site, path: "site.conf", bytes: Array(site.utf8)))
    }
    return try Config(sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
}

/// Its peers under these numbers, 0, 1 and so on unless told otherwise; their keys are made up.
func directory(_ config: Config, _ numbers: [Int]? = nil) -> PeerDirectory {
    var directory = PeerDirectory()
    directory.configure(
        config.peers,
        keys: config.peers.indices.map { place in
            X25519.publicKey(of: Key(copying: [UInt8](repeating: UInt8(place + 1), count: 32).span))
        }, numbers: numbers ?? Array(config.peers.indices))
    return directory
}

/// The lines are these.
func expect(_ lines: [String], _ wanted: String..., at place: SourceLocation = #_sourceLocation) {
    #expect(lines == wanted, sourceLocation: place)
}
