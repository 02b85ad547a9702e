internal import Config
internal import Crypto
internal import HAL
internal import Settings

/// `peer add NAME ADDRESS KEY`: writes what the daemon reads at its next start.
func addPeer(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let addition = try PeerAddition(invocation)
    let folder = ConfigFolder(invocation.configFolder)
    let config = try addition.check(against: folder)
    let before = try addition.pskOfBefore(in: config)
    try addition.write(into: config.paths, keeping: before, addition.former(in: config))
    let hasRemoved = try addition.removeStray(besides: before, config)

    try printLine("\(addition.name) is known as \(addition.key.fingerprint)")
    if before != .none { try printLine("with the pre-shared key of before") }
    if hasRemoved {
        try printLine("a pre-shared key left from a former \(addition.name) is removed")
    }
    try printLine("compare that with \"intercomctl key show --fingerprint\" on the other station,")
    try printLine("and say so: intercomctl peer verify \(addition.name) DIGITS")
    try printLine("to use it: intercomctl reload")
    return .ok
}

/// A peer to be added, its parts checked one by one.
private struct PeerAddition: ~Copyable {
    let name: String
    /// As the configuration takes it; empty when the peer calls us.
    let address: String
    let key: PublicKey
    let psk: Key?

    init(_ invocation: borrowing Invocation) throws(Failure) {
        let arguments = invocation.arguments
        guard isName(arguments[0]) else {
            throw Failure(
                .failed, "\"\(visible(arguments[0]))\" is not a name: 1 to 31 of a-z, 0-9 and -")
        }
        let address = arguments[1] == "-" ? "" : arguments[1]
        for part in address.split(separator: ",", omittingEmptySubsequences: false)
        where !address.isEmpty {
            guard PeerAddress(text: String(part)) != nil else {
                throw Failure(
                    .failed, "\"\(visible(String(part)))\" is not a HOST or HOST:PORT (- for none)")
            }
        }
        guard let key = PublicKey(text: arguments[2]) else {
            throw Failure(
                .failed,
                "that is not a public key, or it was copied wrongly: it is what"
                    + " \"intercomctl key show\" prints on the other station")
        }
        let psk: Key?
        if let file = invocation.pskFile {
            psk = try readPSK(file)
        } else {
            psk = nil
        }
        name = arguments[0]
        self.address = address
        self.key = key
        self.psk = psk
    }

    /// Whether the station may have this peer; returns the configuration without it.
    func check(against folder: ConfigFolder) throws(Failure) -> Config {
        let sources: [ConfigSource]
        do throws(SystemError) {
            sources = try folder.sources()
        } catch {
            throw Failure(error)
        }
        let config: Config
        do throws(ConfigError) {
            config = try Config(sources, paths: folder.paths)
        } catch {
            throw Failure(.failed, "the configuration must be right first:\n\(error.description)")
        }
        if try ownKey(config.paths) == key {
            throw Failure(.failed, "that is this station's own key")
        }
        guard name != config.station.name else {
            throw Failure(.failed, "\(name) is this station's own name")
        }
        for peer in config.peers {
            let isSameKey = PublicKey(text: peer.key) == key
            if isSameKey, peer.name != name {
                throw Failure(.failed, "that key is already known as \(peer.name): \(peer.origin)")
            }
            guard peer.name == name else { continue }
            guard isSameKey else {
                throw Failure(
                    .failed,
                    "\(name) is already known with another key: \(peer.keyOrigin);"
                        + " remove it there if its station was replaced")
            }
            guard peer.isLearned else {
                throw Failure(.failed, "\(name) is already known, change it in \(peer.origin.file)")
            }
        }
        let before = try pskOfBefore(in: config)
        try checkWhole(sources, paths: config.paths, keeping: before)
        return config
    }

    /// The same station as it was known before.
    func former(in config: Config) -> Config.Peer? {
        config.peers.first { $0.name == name && PublicKey(text: $0.key) == key }
    }

    /// The pre-shared key that stays, for none is given anew and the same station has one.
    ///
    /// A file of that name alone says nothing: it may be of a station that was here before.
    func pskOfBefore(in config: Config) throws(Failure) -> Config.Peer.PSK {
        guard psk == nil, let peer = former(in: config) else { return .none }
        guard case .file = peer.psk else { return peer.psk }
        do throws(KeyStoreError) {
            _ = try KeyStore.psk(of: peer, config.paths)
        } catch {
            throw Failure(.failed, "\(error); give it anew with --psk-file")
        }
        return peer.psk
    }

    /// Whether the whole still holds with the new file in place of an older one of that name.
    private func checkWhole(
        _ sources: [ConfigSource], paths: Paths, keeping before: Config.Peer.PSK
    ) throws(Failure) {
        let path = file(in: paths)
        let added = ConfigSource(
            role: .learned, path: path, bytes: Array(text(keeping: before).utf8))
        do throws(ConfigError) {
            _ = try Config(sources.filter { $0.path != path } + [added], paths: paths)
        } catch {
            throw Failure(
                .failed, "with this peer the configuration is wrong:\n\(error.description)")
        }
    }

    func write(
        into paths: Paths, keeping before: Config.Peer.PSK, _ former: Config.Peer?
    ) throws(Failure) {
        do throws(SystemError) {
            try FileStore.makeDirectory(paths.state, mode: 0o750)
            try FileStore.makeDirectory(
                paths.learnedPeers, mode: 0o750, ownerOf: paths.state)
        } catch { throw Failure(error) }
        // The secret first: a peer file must never name one that is not there.
        try writePSK(into: paths)
        do throws(SystemError) {
            var contents = text(keeping: before)
            if let former, former.isVerified { contents += "verified = \(former.verified)\n" }
            let bytes = Array(contents.utf8)
            try FileStore.write(
                bytes.span, to: file(in: paths), mode: 0o640, ownerOf: paths.state)
        } catch { throw Failure(error) }
    }

    private func writePSK(into paths: Paths) throws(Failure) {
        do throws(KeyStoreError) {
            switch psk {
            case .some(let psk): try KeyStore.write(psk: psk, of: name, paths)
            case .none: break
            }
        } catch { throw Failure(.failed, error.description) }
    }

    /// Removes `NAME.psk` when nothing names it any more; returns whether there was one.
    func removeStray(besides kept: Config.Peer.PSK, _ config: Config) throws(Failure) -> Bool {
        let isNamed = config.peers.contains { $0.name != name && $0.psk == .file(pskFile) }
        guard psk == nil, kept != .file(pskFile), !isNamed else { return false }
        let path = "\(config.paths.keys)/\(pskFile)"
        do throws(SystemError) {
            guard try FileStore.status(of: path) != nil else { return false }
            try FileStore.remove(path)
        } catch { throw Failure(error) }
        return true
    }

    private func file(in paths: Paths) -> String { "\(paths.learnedPeers)/\(name).conf" }

    private var pskFile: String { "\(name).psk" }

    private func text(keeping before: Config.Peer.PSK) -> String {
        var text = "# Written by intercomctl peer add.\n[peer \(name)]\n"
        text += "address = \(address)\nkey = \(key.text)\n"
        switch psk == nil ? before : .file(pskFile) {
        case .none: break
        case .file(let name): text += "psk = file:\(name)\n"
        case .credential(let name): text += "psk = cred:\(name)\n"
        }
        return text
    }
}

private func readPSK(_ path: String) throws(Failure) -> Key {
    do throws(KeyStoreError) {
        return try KeyStore.psk(at: path)
    } catch {
        throw Failure(.failed, error.description)
    }
}
