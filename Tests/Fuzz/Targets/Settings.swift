internal import Config

extension FuzzTarget {
    /// Settings in each kind of file, and the file of learned peers.
    static let settings = FuzzTarget(name: "settings") { bytes, isPlanted in
        let bytes = bytes.array
        for role in [ConfigSource.Role.main, .peers, .learned, .site] {
            let source = ConfigSource(role: role, path: "f", bytes: bytes)
            let paths = Paths(stateDirectory: "/s", runtimeDirectory: "/r")
            do throws(ConfigError) {
                let config = try Config([source], paths: paths)
                planted(isPlanted, at: !config.relays.isEmpty)
            } catch { _ = error.description }
            _ = Config.paths(in: source, otherwise: paths)
        }
        var file = PeerFile(bytes)
        for peer in file.peers.prefix(4) { _ = file.value(of: "key", of: peer) }
        file.set("address", to: "192.0.2.1", of: "garage")
        precondition(PeerFile(file.bytes).value(of: "address", of: "garage") == "192.0.2.1")
        file.remove("garage")
        precondition(!PeerFile(file.bytes).has("garage"))
    }
}
