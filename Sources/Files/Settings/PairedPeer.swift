internal import Config
public import Crypto
internal import HAL

/// The peer of a pairing, before and after it is written: its key, address, suite and pre-shared
/// key, verified by the code.
public struct PairedPeer: Sendable {
    public let key: PublicKey
    /// Its name on this station.
    public let name: String
    /// Its own name for itself.
    public let called: String
    /// The peer here that already has the name `called`, and may be replaced; nil where there is
    /// none.
    public let former: String?
    private let path: String
    private let files: PeerFiles
    /// The secret of the pairing is the file of this name with `.psk`.
    private let secret: String
    /// Whether the station was a peer before.
    public let isAnew: Bool
    /// The content of the peer's file.
    private let bytes: [UInt8]

    /// Why the station cannot be a peer.
    public enum Refusal: Error, Equatable {
        /// The station is a peer already, or was put out; in words for a person.
        case known(String)
        /// The settings have no place for it, or the files cannot be written.
        case failed(String)
        /// Its files cannot be written.
        case unwritten(StateError)
    }

    /// Prepares the content to write, and checks it.
    ///
    /// Nothing is on the disk before `prepare`. A taken name gets a number, and so does a name
    /// whose `.psk` file exists already, or belongs to another peer.
    ///
    /// A peer without a session may be paired anew: it keeps its name and everything that depends
    /// on the name, and gets this pairing's secret, suite and address.
    /// - Parameters:
    ///   - key: The peer's public key.
    ///   - called: The peer's own name.
    ///   - wish: The name for the peer here; nil for its own.
    ///   - suite: The cipher of its sessions.
    ///   - address: The peer's address, as in settings.
    ///   - upAt: The host of the session with the peer; nil where there is none.
    ///   - host: The host of the station that is paired.
    ///   - takesBack: Whether the peer may be one that the site of this station has put out.
    ///   - used: The settings that are in use.
    ///   - found: All files as they are now, perhaps with mistakes and other peers.
    /// - Throws: The obstacle, such as a session with a peer that has this key: a station with the
    ///   code can claim any key, and must not be able to end a session that way.
    public init(
        _ key: PublicKey, called: String, named wish: String?, suite: Suite, address: String,
        upAt: String?, from host: String?, takesBack: Bool = false,
        among used: PeerFiles, and found: PeerFiles
    ) throws(Refusal) {
        // The peer must fit into the settings in use, into those settings with the newest files of
        // the state directory, and into all files as they are now. Files with mistakes of their own
        // do not count.
        let mixed = PeerFiles(
            used.sources.filter { !$0.role.isOfState }
                + found.sources.filter { $0.role.isOfState }, in: used.paths)
        var books: [PeerFiles] = []
        var known: Config.Peer?
        var (taken, secrets): (Set<String>, Set<String>) = ([], [])
        var hasFormer = false
        for book in [used, mixed, found] {
            guard let config = try? book.config() else { continue }
            if let peer = config.peers.first(where: { PublicKey(text: $0.key) == key }) {
                guard upAt == nil, Self.mayPairAnew(peer, among: book),
                    known.map({ $0.name == peer.name }) ?? true
                else {
                    let isHeir = config.peers.contains { $0.name == called && $0.name != peer.name }
                    let text = Self.refusal(peer, replacing: isHeir ? called : nil, among: book)
                    // A box may have several addresses, so only a person knows.
                    guard let upAt, let host, upAt != host else { throw .known(text) }
                    throw .known(
                        "\(text); but if \(peer.name), which is up at \(upAt), and the box at"
                            + " \(host) are two, one has a copy of the other's memory card; "
                            + Paths().keyAnew(on: "the copy"))
                }
                known = peer
            }
            books.append(book)
            taken.insert(config.station.name)
            // A button that waits for this name is for this peer.
            taken.formUnion(config.channels.filter { !$0.isWaiting }.map { $0.name })
            taken.formUnion(config.peers.map { $0.name })
            hasFormer = hasFormer || config.peers.contains { $0.name == called }
            // The pre-shared keys of these peers must not be overwritten.
            secrets.formUnion(config.peers.compactMap { Self.secret(of: $0) })
        }
        if !takesBack, known == nil, let name = SiteFiles.removed(used.paths)[key.text] {
            throw .failed(
                "the site took \(name) out, and nothing is changed; to make it a peer of this"
                    + " station all the same: intercomctl pair --yes; to take it back into the"
                    + " site, where it is introduced: sudo intercomctl pair --join")
        }
        let paths = Set(found.sources.map { $0.path })
        let name =
            known?.name
            ?? Self.free(wish ?? called) {
                taken.contains($0) || ReservedName.meaning(ofPeer: $0) != nil
                    || paths.contains(used.path(of: $0)) || secrets.contains($0)
                    || used.hasSecret(of: $0)
            }
        let path = used.path(of: name)
        let places = PeerFiles.secrets(of: name)
        // A place whose file exists for something else is used only if there is no other place.
        let unused = places.filter { !secrets.contains($0) }
        guard let secret = unused.first(where: { !used.hasSecret(of: $0) }) ?? unused.first else {
            throw .failed("the places of the pre-shared key of \(name) are others' already")
        }
        self.secret = secret
        let own = known.flatMap { _ in mixed.sources.first { $0.path == path } }
        var file = own.map { PeerFile($0.bytes) } ?? PeerFile(of: name, by: Self.writer)
        file.set(writer: Self.writer)
        let others = (known?.addresses ?? []).filter { $0 != PeerAddress(text: address) }
        let addresses = ([address] + others.map { $0.description }).prefix(Limits.addresses)
        file.set("address", to: addresses.joined(separator: ", "), of: name)
        file.set("key", to: key.text, of: name)
        file.set("suite", to: "\(suite.rawValue)", of: name)
        file.set("psk", to: "file:\(PeerFiles.pskFile(of: secret))", of: name)
        file.set("verified", to: key.fingerprint, of: name)
        do throws(StateError) {
            for place in books.indices { try books[place].put(file, at: path) }
        } catch { throw .failed(error.description) }
        // The settings in use have no mistakes, so they are the first.
        files = books.first ?? used
        (self.path, self.key, self.name, self.called) = (path, key, name, called)
        isAnew = known != nil
        bytes = file.bytes
        former = known == nil && name != called && hasFormer ? called : nil
    }

    /// The words of the file's first line.
    private static let writer = "a pairing"

    /// Whether a known peer has a file of its own, which can be written anew.
    private static func mayPairAnew(_ peer: Config.Peer, among files: PeerFiles) -> Bool {
        guard !peer.isRevoked, peer.origin.file == files.path(of: peer.name),
            let source = files.sources.first(where: { $0.path == peer.origin.file })
        else { return false }
        return source.role == .learned && PeerFile(source.bytes).peers == [peer.name]
    }

    /// The file name, without `.psk`, of a peer's pre-shared key; nil where the peer has no such
    /// file.
    private static func secret(of peer: Config.Peer) -> String? {
        guard case .file(let file) = peer.psk, file.hasSuffix(".psk") else { return nil }
        return String(file.dropLast(4))
    }

    /// Writes everything that needs room on the disk; nobody reads it before `commit`.
    public func prepare(psk: borrowing Key) throws(Refusal) {
        do throws(StateError) {
            // The draft comes first: `removeLeftovers` finds the secret through it.
            try files.prepare(path)
            try files.write(psk: psk, of: secret)
        } catch {
            withdraw()
            throw .unwritten(error)
        }
    }

    /// Whether this peer has the same files as another, which was prepared at another time.
    public func isWritten(like other: PairedPeer) -> Bool {
        path == other.path && secret == other.secret && bytes == other.bytes
    }

    /// Makes the prepared files a peer.
    ///
    /// The secret was written before, because a peer file never names a missing secret. A person
    /// who changes this peer meanwhile may have removed the secret, which no peer named yet; then
    /// it is written again.
    ///
    /// - Parameter psk: The prepared pre-shared key.
    /// - Throws: The file that cannot be written.
    public func commit(psk: borrowing Key) throws(Refusal) {
        do throws(StateError) {
            if !files.isOnDisk(secretOf: secret) { try files.write(psk: psk, of: secret) }
            try files.commit(path)
        } catch {
            withdraw()
            throw .unwritten(error)
        }
        // The peer's former secret.
        if isAnew { _ = try? files.renewed().removeStray(of: name) }
    }

    /// Removes the prepared files.
    public func withdraw() {
        if isAnew {
            _ = try? files.renewed().removeStray(of: name)
        } else if !files.isWritten(path) {
            // A person may have made a peer of this name by hand meanwhile, with its own secret.
            try? KeyStore.removePSK(of: secret, files.paths)
        }
        try? files.withdraw(path)
    }

    /// Removes the files that pairings prepared before the program died.
    public static func removeLeftovers(_ files: PeerFiles) {
        for name in files.prepared {
            _ = try? files.removeStray(of: name)
            try? files.withdraw(files.path(of: name))
        }
    }

    /// Describes why a known peer is not paired; `former` is the peer that has the box's own name.
    private static func refusal(
        _ peer: Config.Peer, replacing former: String?, among files: PeerFiles
    ) -> String {
        let source = files.sources.first { $0.path == peer.origin.file }
        if peer.isRevoked {
            // The introducer takes back a peer that its site has put out.
            let isByAdding =
                source.map { SitePeers.takesBack($0.bytes) } == true
                && !SiteFiles.lists(peer.key, files.paths)
                && (try? KeyStore.hasSiteKey(files.paths)) == true
            let way =
                isByAdding ? "site add \(peer.name)" : "peer set \(peer.name) --revoked no"
            return "\(peer.name) is a peer that was put out, and nothing is changed; to take it"
                + " back: sudo intercomctl \(way)"
        }
        if source.map({ SitePeers.isOfSite($0.bytes) }) ?? false
            || SiteFiles.lists(peer.key, files.paths)
        {
            return "\(peer.name) is already a peer, by the site, and needs no pairing: nothing is"
                + " changed"
        }
        let advice =
            peer.isLearned
            ? "sudo intercomctl peer remove \(peer.name), or peer remove at the other box, and then"
                + " pair again"
            : "remove it from \(peer.origin.file) first"
        let place =
            former.map {
                " if it is \($0) anew: sudo intercomctl peer replace \($0) \(peer.name);"
            } ?? ""
        return "\(peer.name) is already a peer, and nothing is changed;\(place) to pair anew:"
            + " \(advice)"
    }

    /// Returns the name, or the name with the first free number from 2 on.
    private static func free(_ name: String, _ isTaken: (String) -> Bool) -> String {
        var number = 2
        var free = name
        while isTaken(free) {
            let suffix = "-\(number)"
            free = String(name.prefix(Limits.name - suffix.utf8.count)) + suffix
            number += 1
        }
        return free
    }
}

/// The drafts of peers' files, which nobody reads before they are in their place.
extension PeerFiles {
    /// Writes one of these files under a name that nobody reads, so that `commit` needs no room on
    /// the disk.
    fileprivate func prepare(_ path: String) throws(StateError) {
        guard let source = sources.first(where: { $0.path == path }) else { return }
        do throws(SystemError) {
            try paths.directory.write(source.bytes.span, to: Self.draft(of: path), mode: 0o640)
        } catch { throw StateError(error) }
    }

    /// Puts a prepared file in its place.
    fileprivate func commit(_ path: String) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.rename(Self.draft(of: path), to: Self.name(of: path))
        } catch { throw StateError(error) }
    }

    /// Removes a prepared file.
    fileprivate func withdraw(_ path: String) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.remove(Self.draft(of: path))
            try paths.directory.remove(Self.draft(of: path) + Self.unwritten)
        } catch { throw StateError(error) }
    }

    /// Whether the pre-shared key of a peer of this name is on the disk, and not just prepared.
    fileprivate func hasSecret(of peer: String) -> Bool {
        !prepared.contains(peer) && isOnDisk(secretOf: peer)
    }

    /// Whether this file of a pre-shared key is on the disk, for any purpose.
    fileprivate func isOnDisk(secretOf peer: String) -> Bool {
        (try? paths.directory.status(of: "\(Paths.keysName)/\(Self.pskFile(of: peer))")) != nil
    }

    /// Whether this file is on the disk.
    fileprivate func isWritten(_ path: String) -> Bool {
        (try? paths.directory.status(of: Self.name(of: path))) != nil
    }

    /// The peers with files that were prepared by a program that has died since.
    fileprivate var prepared: [String] {
        let folder = paths.directory
        var names: Set<String> = []
        for suffix in [".conf\(Self.draftSuffix)", ".conf\(Self.draftSuffix)\(Self.unwritten)"] {
            guard let files = try? folder.names(in: Paths.learnedPeersName, suffix: suffix)
            else { continue }
            names.formUnion(files.map { String($0.dropLast(suffix.utf8.count)) })
        }
        return names.sorted()
    }

    private static let draftSuffix = ".draft"

    private static func draft(of path: String) -> String { name(of: path) + draftSuffix }
}
