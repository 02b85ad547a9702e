internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report

/// All settings, with the peer files in the state directory that `peer add` writes.
struct PeerBook {
    private(set) var files: PeerFiles

    init(_ invocation: borrowing Invocation) throws(Failure) {
        let folder = ConfigFolder(invocation.configFolder)
        files = PeerFiles(try folder.read(), in: folder.paths)
    }

    var paths: Paths { files.paths }

    /// Parses the settings in this book.
    func config() throws(Failure) -> Config {
        try attempt { () throws(StateError) in try files.config() }
    }

    /// Finds the writable file that has this peer.
    func file(of peer: String) -> (path: String, file: PeerFile)? {
        for source in files.sources where source.role == .learned {
            let file = PeerFile(source.bytes)
            if file.has(peer) { return (source.path, file) }
        }
        return nil
    }

    /// Finds the writable file of a peer that must exist.
    func knownFile(of peer: String) throws(Failure) -> (path: String, file: PeerFile) {
        if let found = file(of: peer) { return found }
        for source in files.sources where PeerFile(source.bytes).has(peer) {
            throw Failure(
                "\(peer) is defined in \(source.path), which this command never writes: edit it"
            )
        }
        throw stranger(peer)
    }

    /// Returns the settings of a peer from any of the files.
    func peer(_ name: String) throws(Failure) -> Config.Peer {
        guard let peer = try config().peers.first(where: { $0.name == name }) else {
            throw stranger(name)
        }
        return peer
    }

    /// Returns the key of a peer from any of the files.
    func key(of name: String) throws(Failure) -> PublicKey {
        let peer = try peer(name)
        guard let key = PublicKey(text: peer.key) else {
            throw Failure("\(peer.keyOrigin): the key has a typing error")
        }
        return key
    }

    /// Whether this user may replace a peer by `peer replace`: not a peer that was put out, is in
    /// the site, or is in a person's file.
    func mayReplace(_ name: String) -> Bool {
        guard let peer = try? peer(name), !peer.isRevoked, file(of: name) != nil,
            site(of: name) == nil
        else { return false }
        return (try? FileStore.mayWrite(in: paths.learnedPeers)) == true
    }

    /// Whether this station introduces a site, as far as this user may see.
    var introduces: Bool { (try? hasSiteKey(paths)) == true }

    /// Returns this station's site and a peer's name in it; nil if the peer is not in that site.
    func site(of peer: String) -> (site: String, name: String)? {
        guard let peer = try? self.peer(peer), let roster = try? SiteBook.roster(paths),
            let station = roster.station(withKey: peer.key)
        else { return nil }
        return (roster.name, station.name)
    }

    private func stranger(_ name: String) -> Failure {
        Failure(unknown("peer", name, among: names, or: "intercomctl peer list"))
    }

    /// The names of all peers in all files.
    var names: [String] { files.sources.flatMap { PeerFile($0.bytes).peers } }

    /// Returns the path and the present contents of the file for a new peer.
    func newFile(of peer: String) -> (path: String, file: PeerFile) {
        let path = files.path(of: peer)
        let there = files.sources.first { $0.path == path }
        return (path, there.map { PeerFile($0.bytes) } ?? PeerFile(of: peer))
    }

    /// Puts a file into this book; nil removes the file.
    ///
    /// - Throws: the mistakes that the settings would have.
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

    /// Renames a peer and its secret, and writes the files.
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

    /// Gives the peer's own file the new name, unless another file has that name.
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

/// Reads the pre-shared key from the file that `--psk-file` names.
func readPSK(_ invocation: borrowing Invocation) throws(Failure) -> Key? {
    guard let path = invocation.pskFile else { return nil }
    return try attempt { () throws(StateError) in try KeyStore.psk(at: path) }
}

/// Checks a typed peer name; nil if none was typed.
func peerName(ifAny typed: String?) throws(Failure) -> String? {
    try typed.map { (name) throws(Failure) in try peerName(name) }
}

/// Checks a typed peer name; returns it without the blanks that were pasted with it.
func peerName(_ typed: String) throws(Failure) -> String {
    let name = trimmed(typed)
    guard isName(name) else { throw Failure(noName(typed, near: name)) }
    return name
}

/// Returns the complaint about a word that cannot be a name, with the valid name nearest to `name`.
func noName(_ typed: String, near name: String) -> String {
    "\"\(typed.visible)\" is not a name: \(nameForm(near: name))"
}

/// Returns typed addresses in the form of the settings; empty for a peer that calls here.
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

/// Removes the blanks at both ends, which are easily pasted with a word.
func trimmed(_ text: String) -> String {
    var characters = text[...]
    while let first = characters.first, first.isWhitespace { characters.removeFirst() }
    while let last = characters.last, last.isWhitespace { characters.removeLast() }
    return String(characters)
}

/// `key show`: prints the public key, from the daemon or, if none runs, from the identity file.
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

/// Reads the station's own public key from its identity file; nil if there is none yet.
func ownKey(_ paths: Paths) throws(Failure) -> PublicKey? {
    try attempt { () throws(StateError) in try KeyStore.publicKey(paths) }
}
