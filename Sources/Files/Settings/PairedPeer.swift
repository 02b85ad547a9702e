internal import Config
public import Crypto

/// The peer that a pairing has found, before and after it is written: its key, address, suite and
/// pre-shared key, verified by the code.
public struct PairedPeer: Sendable {
    public let key: PublicKey
    /// Its name on this station.
    public let name: String
    /// The name that it has itself.
    public let called: String
    /// The peer that had that name here before, and in whose place it may come; nil where none had.
    public let former: String?
    private let path: String
    private let files: PeerFiles
    /// The secret of the pairing is the file of this name with `.psk`.
    private let secret: String
    /// Whether the station was a peer before.
    public let isAnew: Bool
    /// The content of the peer's file.
    private let bytes: [UInt8]

    /// Why it can be no peer.
    public enum Refusal: Error, Equatable {
        /// Something stands against it, in words for a person: the station is a peer already, or
        /// has no place among the settings.
        case known(String)
        case failed(String)
        /// Its files cannot be written.
        case unwritten(StateError)
    }

    /// Finds out what is to be written.
    ///
    /// Nothing is on the disk before `prepare`. A name that is taken gets a number, also one whose
    /// secret lies there for something else.
    ///
    /// A peer with which there is no session may be paired anew: it keeps its name and all that
    /// hangs on that, and gets this pairing's secret, suite and address.
    ///
    /// - Parameters:
    ///   - key: Its public key.
    ///   - called: What it calls itself.
    ///   - wish: The name that it is to have here; nil for its own.
    ///   - suite: The cipher of its sessions.
    ///   - address: As the settings have it.
    ///   - isUp: Whether there is a session with it.
    ///   - takesBack: Whether it may be one that the site of this station has taken out.
    ///   - used: The settings that are in use.
    ///   - found: All files as they are now; they may have mistakes, and other peers.
    /// - Throws: The obstacle, such as a session with a peer that has this key: a station that has
    ///   the code can claim any key, and must not end a session by that.
    public init(
        _ key: PublicKey, called: String, named wish: String?, suite: Suite, address: String,
        isUp: Bool, takesBack: Bool = false, among used: PeerFiles, and found: PeerFiles
    ) throws(Refusal) {
        // It must fit into the settings in use, into those with the peers that others have written
        // meanwhile, and into all files. Those with mistakes of their own are not asked.
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
                guard !isUp, Self.mayPairAnew(peer, among: book),
                    known.map({ $0.name == peer.name }) ?? true
                else { throw .known(Self.refusal(peer, among: book)) }
                known = peer
            }
            books.append(book)
            taken.insert(config.station.name)
            // A button that waits for this name is for this peer.
            taken.formUnion(config.channels.filter { !$0.isWaiting }.map { $0.name })
            taken.formUnion(config.peers.map { $0.name })
            hasFormer = hasFormer || config.peers.contains { $0.name == called }
            // Their pre-shared keys must not be overwritten.
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
        // One that lies there for something else is taken only if there is no other place.
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
        // The settings in use have no mistakes, so that they are the first.
        files = books.first ?? used
        (self.path, self.key, self.name, self.called) = (path, key, name, called)
        isAnew = known != nil
        bytes = file.bytes
        former = known == nil && name != called && hasFormer ? called : nil
    }

    /// The words of the file's first line.
    private static let writer = "a pairing"

    /// Whether a peer that is known is in a file of its own, which can be written anew.
    private static func mayPairAnew(_ peer: Config.Peer, among files: PeerFiles) -> Bool {
        guard !peer.isRevoked, peer.origin.file == files.path(of: peer.name),
            let source = files.sources.first(where: { $0.path == peer.origin.file })
        else { return false }
        return source.role == .learned && PeerFile(source.bytes).peers == [peer.name]
    }

    /// Its pre-shared key is the file of this name with `.psk`; nil where it has none of that kind.
    private static func secret(of peer: Config.Peer) -> String? {
        guard case .file(let file) = peer.psk, file.hasSuffix(".psk") else { return nil }
        return String(file.dropLast(4))
    }

    /// Puts everything on the disk that needs room there; nobody reads it before `commit`.
    public func prepare(psk: borrowing Key) throws(Refusal) {
        do throws(StateError) {
            // The draft first, as `removeLeftovers` finds a secret by it.
            try files.prepare(path)
            try files.write(psk: psk, of: secret)
        } catch {
            withdraw()
            throw .unwritten(error)
        }
    }

    /// Whether it would be written in the same way as this one, found out at another time.
    public func isWritten(like other: PairedPeer) -> Bool {
        path == other.path && secret == other.secret && bytes == other.bytes
    }

    /// Makes what is prepared a peer.
    ///
    /// Its secret was written before: a peer file never names one that is not there. Somebody who
    /// changes this peer meanwhile may have removed it, as no peer named it yet; then it is written
    /// again.
    ///
    /// - Parameter psk: The one that was prepared.
    /// - Throws: what cannot be written.
    public func commit(psk: borrowing Key) throws(Refusal) {
        do throws(StateError) {
            if !files.isOnDisk(secretOf: secret) { try files.write(psk: psk, of: secret) }
            try files.commit(path)
        } catch {
            withdraw()
            throw .unwritten(error)
        }
        // The secret that it had before.
        if isAnew { _ = try? files.renewed().removeStray(of: name) }
    }

    /// Removes what is prepared.
    public func withdraw() {
        if isAnew {
            _ = try? files.renewed().removeStray(of: name)
        } else if !files.isWritten(path) {
            // Meanwhile somebody may have made a peer of this name by hand, with its own secret.
            try? KeyStore.removePSK(of: secret, files.paths)
        }
        try? files.withdraw(path)
    }

    /// Removes what pairings have prepared before the program died.
    public static func removeLeftovers(_ files: PeerFiles) {
        for name in files.prepared {
            _ = try? files.removeStray(of: name)
            try? files.withdraw(files.path(of: name))
        }
    }

    private static func refusal(_ peer: Config.Peer, among files: PeerFiles) -> String {
        let source = files.sources.first { $0.path == peer.origin.file }
        if peer.isRevoked {
            // The introducer takes back what its site has put out.
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
        return "\(peer.name) is already a peer, and nothing is changed; to pair anew: \(advice)"
    }

    /// The name, or it with the first number from 2 on that makes it free.
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
