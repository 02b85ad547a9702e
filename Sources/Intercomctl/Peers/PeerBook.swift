internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Settings

/// The peer files in the state directory, which `peer add` writes, with all other settings.
///
/// The directory belongs to the daemon's user, who cannot mislead root in it (`OwnersDirectory`).
/// Each file is read once: what is checked here is what is written again.
struct PeerBook {
    let paths: Paths
    private(set) var sources: [ConfigSource]

    init(_ invocation: borrowing Invocation) throws(Failure) {
        let folder = ConfigFolder(invocation.configFolder)
        paths = folder.paths
        do throws(SystemError) {
            sources = try folder.sources()
        } catch { throw Failure(error) }
    }

    /// The settings as they stand.
    func config() throws(Failure) -> Config {
        do throws(ConfigError) {
            return try Config(sources, paths: paths)
        } catch {
            throw Failure(
                .failed, "the configuration has mistakes; correct them first:\n\(error.description)"
            )
        }
    }

    /// The writable file that has this peer.
    func file(of peer: String) -> (path: String, file: PeerFile)? {
        for source in sources where source.role == .learned {
            let file = PeerFile(source.bytes)
            if file.has(peer) { return (source.path, file) }
        }
        return nil
    }

    /// The same, for a peer that must exist.
    func knownFile(of peer: String) throws(Failure) -> (path: String, file: PeerFile) {
        if let found = file(of: peer) { return found }
        for source in sources where PeerFile(source.bytes).has(peer) {
            throw Failure(
                .failed,
                "\(peer) is defined in \(source.path), which this command never writes: edit it"
            )
        }
        throw Failure(
            .failed,
            unknown("peer", peer, among: names, or: "intercomctl peer list"))
    }

    /// The names of all peers in all files.
    var names: [String] { sources.flatMap { PeerFile($0.bytes).peers } }

    /// Where a new peer goes, and what is there already.
    func newFile(of peer: String) -> (path: String, file: PeerFile) {
        let path = "\(paths.learnedPeers)/\(peer).conf"
        let there = sources.first { $0.path == path }
        return (path, there.map { PeerFile($0.bytes) } ?? PeerFile(of: peer))
    }

    /// Puts a file in place in this book; nil takes it away.
    ///
    /// - Throws: what would be wrong with the settings then.
    mutating func put(_ file: PeerFile?, at path: String) throws(Failure) {
        var all = sources.filter { $0.path != path }
        if let file {
            all.append(ConfigSource(role: .learned, path: path, bytes: file.bytes))
        }
        do throws(ConfigError) {
            _ = try Config(all, paths: paths)
        } catch {
            // A line number is of no use for a file that is not written yet.
            let text = error.mistakes.map { mistake in
                mistake.origin.file == path ? mistake.what : mistake.description
            }
            throw Failure(
                .failed,
                "with this the configuration would be wrong, so nothing is changed:\n"
                    + text.joined(separator: "\n"))
        }
        sources = all
    }

    /// Writes a file of this book, or removes it from the disk if the book no longer has it.
    func write(_ path: String) throws(Failure) {
        do throws(SystemError) {
            let state = try OwnersDirectory(making: paths.state, mode: 0o750)
            let folder = try state.makeFolder(Paths.learnedPeersName, mode: 0o750)
            let name = FileStore.name(of: path)
            guard let source = sources.first(where: { $0.path == path }) else {
                return try folder.remove(name)
            }
            try folder.write(source.bytes.span, to: name, mode: 0o640)
        } catch { throw Failure(error) }
    }

    /// Gives the peer's own file the peer's new name, unless another file has that.
    func moveFile(_ path: String, of old: String, to new: String) throws(Failure) {
        guard path == "\(paths.learnedPeers)/\(old).conf" else { return }
        do throws(SystemError) {
            guard let state = try OwnersDirectory.existing(paths.state),
                let folder = try state.folder(Paths.learnedPeersName),
                try folder.status(of: "\(new).conf") == nil
            else { return }
            try folder.rename("\(old).conf", to: "\(new).conf")
        } catch { throw Failure(error) }
    }

    /// The name of a peer's own file for its pre-shared key.
    static func pskFile(of peer: String) -> String { "\(peer).psk" }

    /// Writes a peer's pre-shared key; must come before the file that names it.
    func write(psk: borrowing Key, of peer: String) throws(Failure) {
        do throws(KeyStoreError) {
            try KeyStore.write(psk: psk, of: peer, paths)
        } catch { throw Failure(error) }
    }

    /// Removes `NAME.psk` when no peer of this book names it; returns whether there was one.
    func removeStray(of peer: String) throws(Failure) -> Bool {
        let name = Self.pskFile(of: peer)
        let isNamed = try config().peers.contains { $0.psk == .file(name) }
        guard !isNamed else { return false }
        do throws(SystemError) {
            guard let state = try OwnersDirectory.existing(paths.state),
                let keys = try state.folder(Paths.keysName), try keys.status(of: name) != nil
            else { return false }
            try keys.remove(name)
        } catch { throw Failure(error) }
        return true
    }
}

/// The pre-shared key in the file that `--psk-file` names.
func readPSK(_ invocation: borrowing Invocation) throws(Failure) -> Key? {
    guard let path = invocation.pskFile else { return nil }
    do throws(KeyStoreError) {
        return try KeyStore.psk(at: path)
    } catch { throw Failure(error) }
}

/// A peer's name as typed, without the blanks that were pasted with it.
func peerName(_ typed: String) throws(Failure) -> String {
    let name = trimmed(typed)
    guard !isName(name) else { return name }
    let nearest = nearestName(to: name).map { "; try \"\($0)\"" } ?? ""
    throw Failure(
        .failed, "\"\(typed.visible)\" is not a name: 1 to 31 of a-z, 0-9 and -\(nearest)")
}

/// Addresses as typed, as the settings have them; empty for a peer that calls this station.
func peerAddress(_ typed: String) throws(Failure) -> String {
    if trimmed(typed) == "-" { return "" }
    guard !trimmed(typed).isEmpty else {
        throw Failure(.failed, "the address is empty; write - for a peer that calls this station")
    }
    let parts = typed.split(separator: ",", omittingEmptySubsequences: false).map { part in
        trimmed(String(part))
    }
    for part in parts {
        guard let complaint = PeerAddress.complaint(about: part) else { continue }
        throw Failure(.failed, "\(complaint); an address is HOST or HOST:PORT, or - for none")
    }
    return parts.joined(separator: ", ")
}

/// Without the blanks at its ends, which are easily pasted with it.
private func trimmed(_ text: String) -> String {
    var characters = text[...]
    while let first = characters.first, first.isWhitespace { characters.removeFirst() }
    while let last = characters.last, last.isWhitespace { characters.removeLast() }
    return String(characters)
}
