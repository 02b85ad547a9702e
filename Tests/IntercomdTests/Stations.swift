import Config
import Crypto

@testable import Intercomd
@testable import Media

/// The configuration that a text says.
func config(_ text: String) throws -> Config {
    let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
    return try Config([source], paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
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

/// What the media loop is told of it.
func plan(_ config: Config) -> MediaPlan {
    let directory = directory(config)
    return MediaPlan(config, directory, Routing(config, directory))
}
