internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Report

/// The peer files in the state directory, which `peer add` writes, with all other settings.
struct PeerBook {
    private(set) var files: PeerFiles

    init(_ invocation: borrowing Invocation) throws(Failure) {
        let folder = ConfigFolder(invocation.configFolder)
        files = PeerFiles(try folder.read(), in: folder.paths)
    }

    var paths: Paths { files.paths }

    /// The settings as they stand.
    func config() throws(Failure) -> Config {
        do throws(ConfigError) {
            return try files.config()
        } catch { throw StateError(error).failure }
    }

    /// The writable file that has this peer.
    func file(of peer: String) -> (path: String, file: PeerFile)? {
        for source in files.sources where source.role == .learned {
            let file = PeerFile(source.bytes)
            if file.has(peer) { return (source.path, file) }
        }
        return nil
    }

    /// The same, for a peer that must exist.
    func knownFile(of peer: String) throws(Failure) -> (path: String, file: PeerFile) {
        if let found = file(of: peer) { return found }
        for source in files.sources where PeerFile(source.bytes).has(peer) {
            throw Failure(
                "\(peer) is defined in \(source.path), which this command never writes: edit it"
            )
        }
        throw stranger(peer)
    }

    /// The settings of a peer that is in one of the files.
    func peer(_ name: String) throws(Failure) -> Config.Peer {
        guard let peer = try config().peers.first(where: { $0.name == name }) else {
            throw stranger(name)
        }
        return peer
    }

    /// The key of a peer that is in one of the files.
    func key(of name: String) throws(Failure) -> PublicKey {
        let peer = try peer(name)
        guard let key = PublicKey(text: peer.key) else {
            throw Failure("\(peer.keyOrigin): the key has a typing error")
        }
        return key
    }

    /// Whether `peer replace` gives the place of a peer to another one here, as this user: not of
    /// one that was put out, is in the site, or is in a person's file.
    func mayReplace(_ name: String) -> Bool {
        guard let peer = try? peer(name), !peer.isRevoked, file(of: name) != nil,
            site(of: name) == nil
        else { return false }
        return (try? FileStore.mayWrite(in: paths.learnedPeers)) == true
    }

    private func stranger(_ name: String) -> Failure {
        Failure(unknown("peer", name, among: names, or: "intercomctl peer list"))
    }

    /// The names of all peers in all files.
    var names: [String] { files.sources.flatMap { PeerFile($0.bytes).peers } }

    /// Where a new peer goes, and what is there already.
    func newFile(of peer: String) -> (path: String, file: PeerFile) {
        let path = files.path(of: peer)
        let there = files.sources.first { $0.path == path }
        return (path, there.map { PeerFile($0.bytes) } ?? PeerFile(of: peer))
    }

    /// Puts a file in place in this book; nil takes it away.
    ///
    /// - Throws: what would be wrong with the settings then.
    mutating func put(
        _ file: PeerFile?, at path: String, isRemoval: Bool = false
    ) throws(Failure) {
        try attempt { () throws(StateError) in
            try files.put(file, at: path, isRemoval: isRemoval)
        }
    }

    /// Writes a file of this book, or removes it from the disk if the book no longer has it.
    func write(_ path: String) throws(Failure) {
        try attempt { () throws(StateError) in try files.write(path) }
    }

    /// Gives a peer another name, with its secret, and writes that.
    mutating func rename(_ old: String, to new: String) throws(Failure) {
        var (path, file) = try knownFile(of: old)
        let psk = file.value(of: "psk", of: old)
        let own = PeerFiles.secrets(of: old).map { PeerFiles.pskFile(of: $0) }
            .first { psk == "file:\($0)" }
        let hasOwnSecret = own != nil
        file.rename(old, to: new)
        if hasOwnSecret {
            file.set("psk", to: "file:\(PeerFiles.pskFile(of: new))", of: new)
        }
        try put(file, at: path)
        if let own {
            let secret = try attempt { () throws(StateError) in
                try KeyStore.psk(named: own, paths)
            }
            try write(psk: secret, of: new)
        }
        try write(path)
        try moveFile(path, of: old, to: new)
        if hasOwnSecret { _ = try removeStray(of: old) }
    }

    /// Gives the peer's own file the peer's new name, unless another file has that.
    private func moveFile(_ path: String, of old: String, to new: String) throws(Failure) {
        guard path == files.path(of: old) else { return }
        do throws(SystemError) {
            let place = { (name: String) in "\(Paths.learnedPeersName)/\(name).conf" }
            guard try paths.directory.status(of: place(new)) == nil else { return }
            try paths.directory.rename(place(old), to: place(new))
        } catch { throw error.failure }
    }

    /// Writes a peer's pre-shared key; must come before the file that names it.
    func write(psk: borrowing Key, of peer: String) throws(Failure) {
        do throws(StateError) {
            try files.write(psk: psk, of: peer)
        } catch { throw error.failure }
    }

    /// Removes `NAME.psk` when no peer of this book names it; returns whether there was one.
    func removeStray(of peer: String) throws(Failure) -> Bool {
        try attempt { () throws(StateError) in try files.removeStray(of: peer) }
    }
}

/// The pre-shared key in the file that `--psk-file` names.
func readPSK(_ invocation: borrowing Invocation) throws(Failure) -> Key? {
    guard let path = invocation.pskFile else { return nil }
    return try attempt { () throws(StateError) in try KeyStore.psk(at: path) }
}

/// A peer's name as typed; nil where none was.
func peerName(ifAny typed: String?) throws(Failure) -> String? {
    try typed.map { (name) throws(Failure) in try peerName(name) }
}

/// A peer's name as typed, without the blanks that were pasted with it.
func peerName(_ typed: String) throws(Failure) -> String {
    let name = trimmed(typed)
    guard isName(name) else { throw Failure(noName(typed, near: name)) }
    return name
}

/// The complaint about a word that cannot be a name, with the name that is nearest to `name`.
func noName(_ typed: String, near name: String) -> String {
    let nearest = nearestName(to: name).map { "; try \"\($0)\"" } ?? ""
    return "\"\(typed.visible)\" is not a name: \(nameForm)\(nearest)"
}

/// Addresses as typed, as the settings have them; empty for a peer that calls this station.
func peerAddress(_ typed: String) throws(Failure) -> String {
    if trimmed(typed) == "-" { return "" }
    guard !trimmed(typed).isEmpty else {
        throw Failure("the address is empty; write - for a peer that calls this station")
    }
    let parts = typed.split(separator: ",", omittingEmptySubsequences: false).map { part in
        trimmed(String(part))
    }
    for part in parts {
        let example = ["ADDRESS", "HOST"].contains(part) ? "\(part) stands for an address" : nil
        guard let complaint = example ?? PeerAddress.complaint(about: part) else { continue }
        throw Failure("\(complaint); an address is HOST or HOST:PORT, or - for none")
    }
    return parts.joined(separator: ", ")
}

/// Without the blanks at its ends, which are easily pasted with it.
func trimmed(_ text: String) -> String {
    var characters = text[...]
    while let first = characters.first, first.isWhitespace { characters.removeFirst() }
    while let last = characters.last, last.isWhitespace { characters.removeLast() }
    return String(characters)
}

/// `key show`: the public key, from the daemon or, without it, from the identity file.
func showPublicKey(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let key = try publicKey(invocation)
    let text = invocation.isFingerprint ? key.fingerprint : key.key
    try printResult(key.json, text.visible, invocation)
    return .ok
}

private func publicKey(
    _ invocation: borrowing Invocation
) throws(Failure) -> Reply.PublicKeyText {
    do throws(Failure) {
        var daemon = try Daemon(invocation)
        guard case .key(let key) = try daemon.ask(.key) else { throw Failure.misfit }
        return key
    } catch {
        guard error.code == .notRunning else { throw error }
        let paths = ConfigFolder(invocation.configFolder).paths
        guard let key = try ownKey(paths) else {
            throw Failure(
                "this station has no identity yet and intercomd, which makes it, is not running:"
                    + " start it once (sudo systemctl start intercomd), then ask again",
                .notRunning)
        }
        var reply = Reply.PublicKeyText()
        reply.key = key.text
        reply.fingerprint = key.fingerprint
        return reply
    }
}

/// The station's own public key, from its identity file; nil when there is none yet.
func ownKey(_ paths: Paths) throws(Failure) -> PublicKey? {
    try attempt { () throws(StateError) in try KeyStore.publicKey(paths) }
}
