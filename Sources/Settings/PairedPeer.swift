internal import Config
public import Crypto

/// The peer that a pairing has found, before and after it is written: its key, address, suite and
/// pre-shared key, verified by the code if there was one.
public struct PairedPeer {
    public let key: PublicKey
    /// Its name on this station.
    public let name: String
    /// The name that it has itself.
    public let called: String
    /// The peer that had that name here before, and in whose place it may come; nil where none had.
    public let former: String?
    private let path: String
    private let books: [PeerFiles]

    /// Why it can be no peer.
    public enum Refusal: Error, Equatable {
        /// Something stands against it, in words for a person: the station is a peer already, or
        /// has no place among the settings.
        case known(String)
        case failed(String)
    }

    /// Finds out what is to be written.
    ///
    /// Nothing is on the disk before `prepare`. A name that is taken gets a number, also one whose
    /// secret lies there for something else.
    ///
    /// - Parameters:
    ///   - key: Its public key.
    ///   - called: What it calls itself.
    ///   - wish: The name that it is to have here; nil for its own.
    ///   - suite: The cipher of its sessions.
    ///   - address: As the settings have it.
    ///   - isProved: Whether a code has proved it. Else it is written as a peer whose digits nobody
    ///     has compared.
    ///   - used: The settings that are in use.
    ///   - found: All files as they are now; they may have mistakes, and other peers.
    /// - Throws: What stands against it, such as a peer that has this key already: whoever is told
    ///   a code may say that any key is its own, and must not change a peer by that.
    public init(
        _ key: PublicKey, called: String, named wish: String?, suite: Suite, address: String,
        isProved: Bool, among used: PeerFiles, and found: PeerFiles
    ) throws(Refusal) {
        // It must fit into the settings in use, into those with the peers that others have written
        // meanwhile, and into all files. Those with mistakes of their own are not asked.
        let mixed = PeerFiles(
            used.sources.filter { !$0.role.isOfState }
                + found.sources.filter { $0.role.isOfState }, in: used.paths)
        var books: [PeerFiles] = []
        var taken: Set<String> = []
        var hasFormer = false
        for book in [used, mixed, found] {
            guard let config = try? book.config() else { continue }
            if let known = config.peers.first(where: { PublicKey(text: $0.key) == key }) {
                throw .known(Self.refusal(known))
            }
            books.append(book)
            taken.insert(config.station.name)
            // A button that waits for this name is for this peer.
            taken.formUnion(config.channels.filter { !$0.isWaiting }.map { $0.name })
            for peer in config.peers {
                taken.insert(peer.name)
                hasFormer = hasFormer || peer.name == called
                // Its pre-shared key must not be overwritten.
                if case .file(let file) = peer.psk, file.hasSuffix(".psk") {
                    taken.insert(String(file.dropLast(4)))
                }
            }
        }
        let files = Set(found.sources.map { $0.path })
        let name = Self.free(wish ?? called) {
            taken.contains($0) || ReservedName.meaning(ofPeer: $0) != nil
                || files.contains(used.path(of: $0)) || used.hasSecret(of: $0)
        }
        path = used.path(of: name)
        var file = PeerFile(of: name, by: isProved ? "a pairing" : "a meeting without a code")
        file.set("address", to: address, of: name)
        file.set("key", to: key.text, of: name)
        file.set("suite", to: "\(suite.rawValue)", of: name)
        file.set("psk", to: "file:\(PeerFiles.pskFile(of: name))", of: name)
        if isProved { file.set("verified", to: key.fingerprint, of: name) }
        do throws(PeerFilesError) {
            for place in books.indices { try books[place].put(file, at: path) }
        } catch { throw .failed(error.description) }
        self.books = books
        self.key = key
        self.name = name
        self.called = called
        former = hasFormer && name != called ? called : nil
    }

    /// Puts everything on the disk that needs room there; nobody reads it before `commit`.
    public func prepare(psk: borrowing Key) throws(PeerFilesError) {
        guard let book = books.first else { return }
        do throws(PeerFilesError) {
            // The draft first, as `removeLeftovers` finds a secret by it.
            try book.prepare(path)
            try book.write(psk: psk, of: name)
        } catch {
            withdraw()
            throw error
        }
    }

    /// Makes what is prepared a peer.
    ///
    /// Its secret was written before: a peer file never names one that is not there.
    public func commit() throws(PeerFilesError) {
        do throws(PeerFilesError) {
            try books.first?.commit(path)
        } catch {
            withdraw()
            throw error
        }
    }

    /// Removes what is prepared.
    public func withdraw() {
        guard let book = books.first else { return }
        // Meanwhile somebody may have made a peer of this name by hand, with a secret of its own.
        if !book.isWritten(path) { try? KeyStore.removePSK(of: name, book.paths) }
        try? book.withdraw(path)
    }

    /// Removes what pairings have prepared before the program died.
    public static func removeLeftovers(_ files: PeerFiles) {
        for name in files.prepared {
            _ = try? files.removeStray(of: name)
            try? files.withdraw(files.path(of: name))
        }
    }

    private static func refusal(_ known: Config.Peer) -> String {
        let advice =
            known.isLearned
            ? "sudo intercomctl peer remove \(known.name)"
            : "remove it from \(known.origin.file) first"
        return "\(known.name) is already a peer, and nothing is changed; to pair anew: \(advice)"
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
