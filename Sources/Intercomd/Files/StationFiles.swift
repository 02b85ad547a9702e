internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Time

/// The files of a station, read and checked together: the settings, and peers' keys.
struct StationFiles {
    /// The fault of the files, in words for their author.
    struct Failure: Error {
        let text: String

        /// Returns the result of `body`; its error becomes a failure in the same words.
        static func unless<Value: ~Copyable, Reason: Error & CustomStringConvertible>(
            _ body: () throws(Reason) -> Value
        ) throws(Failure) -> Value {
            do throws(Reason) { return try body() } catch { throw Failure(text: error.description) }
        }
    }

    /// A peer's pre-shared key, between its file and the peer table.
    final class PSK {
        let key: Key?
        init(_ key: consuming Key?) { self.key = key }

        func copy() -> Key? { key?.copy() }
    }

    /// The settings of a folder, with their files.
    struct Read {
        let config: Config
        let sources: [ConfigSource]
        /// Whether the folder has no settings yet.
        let isUnconfigured: Bool

        /// Returns the settings without the station that reads them, which has this key.
        func withoutItself(_ own: PublicKey) throws(Failure) -> Read {
            do throws(KeyChecks.ItselfError) {
                return Read(
                    config: try KeyChecks.withoutItself(config, own: own), sources: sources,
                    isUnconfigured: isUnconfigured)
            } catch { throw Failure(text: error.mistake.description) }
        }
    }

    let config: Config
    /// The keys of the peers, in the order of the configuration; a key without a secret for a
    /// revoked peer.
    let keys: [PublicKey]
    let psks: [PSK]

    /// Reads the keys that the settings name, secret ones from `paths`; `own` is this station's
    /// key.
    init(_ config: Config, in paths: Paths, own: PublicKey) throws(Failure) {
        let checked = KeyChecks.keys(of: config.peers, own: own)
        let mistakes = checked.mistakes + KeyChecks.mistakes(inKeysOf: config.records)
        guard mistakes.isEmpty else {
            let complaints = mistakes.map { $0.description }
            throw Failure(text: complaints.joined(separator: "\n"))
        }
        var psks: [PSK] = []
        for peer in config.peers {
            let psk = try Failure.unless { () throws(StateError) in
                try KeyStore.psk(of: peer, paths)
            }
            psks.append(PSK(psk))
        }
        self.config = config
        keys = zip(config.peers, checked.keys).map { peer, key in
            peer.isRevoked ? Self.nobody(insteadOf: key) : key
        }
        self.psks = psks
    }

    /// Makes a key without a known secret: a revoked peer never has a session.
    private static func nobody(insteadOf key: PublicKey) -> PublicKey {
        PublicKey(bytes: SHA256.hash(label: "intercom/1 revoked", key.bytes.span).span)
    }

    /// Adds the peer at a place of the configuration to the table; returns its number.
    func add(_ place: Int, to table: inout PeerTable, at now: Instant) -> Int {
        table.add(
            publicKey: keys[place], psk: psks[place].copy(),
            suite: config.peers[place].suiteChoice, at: now)
    }

    /// Reads the settings in a folder; an empty folder gives a station without peers and sound.
    static func settings(in folder: String) throws(Failure) -> Read {
        let found = try Failure.unless { () throws(SystemError) in try sources(in: folder) }
        return try settings(
            found.sources, in: found.folder.paths, isUnconfigured: found.folder.isEmpty)
    }

    /// Reads the settings for the start; the buttons of an erased station name lost peers and
    /// channels, and wait for them as in a site.
    static func settings(atStartIn folder: String) throws(Failure) -> Read {
        do throws(Failure) {
            return try settings(in: folder)
        } catch {
            guard let (place, files) = try? sources(in: folder) else { throw error }
            let path = SiteFiles.channelsPath(place.paths)
            let all = files + [ConfigSource(role: .site, path: path, bytes: [])]
            guard let read = try? settings(all, in: place.paths, isUnconfigured: false),
                read.config.peers.isEmpty, (try? SiteFiles.write(channels: [], place.paths)) != nil
            else { throw error }
            return read
        }
    }

    /// Reads the state directory's files, and uses these others in place of the folder's.
    static func settings(
        _ others: [ConfigSource], andStateIn paths: Paths, isUnconfigured: Bool
    ) throws(Failure) -> Read {
        let written = try Failure.unless { () throws(SystemError) in
            try ConfigFolder.stateSources(in: paths)
        }
        return try settings(others + written, in: paths, isUnconfigured: isUnconfigured)
    }

    private static func settings(
        _ sources: [ConfigSource], in paths: Paths, isUnconfigured: Bool
    ) throws(Failure) -> Read {
        let config = try Failure.unless { () throws(ConfigError) in
            try Config(sources, paths: paths)
        }
        return Read(config: config, sources: sources, isUnconfigured: isUnconfigured)
    }

    /// Reads the files of a folder, which may have mistakes.
    static func sources(
        in folder: String
    ) throws(SystemError) -> (folder: ConfigFolder, sources: [ConfigSource]) {
        let folder = ConfigFolder(folder)
        return (folder, try folder.sources(orElse: unconfigured))
    }

    /// A card that nobody has chosen is left alone: it may belong to another program.
    private static var unconfigured: String {
        "[station]\nname = \(nearestName(to: Environment.hostName) ?? "station")\n"
            + "[audio]\ninput = none\noutput = none\n"
    }
}

/// The user's own sound for a call.
enum RingFile {
    /// Reads its samples, at 48 kHz; empty where there is no playable file.
    static func samples(_ sounds: Config.Sounds) -> [Int16] {
        guard case .file(let path) = sounds.ring else { return [] }
        do throws(SoundFile.Complaint) {
            return try SoundFile.samples(path, seconds: 10)
        } catch {
            Log.warning("\(sounds.origin): ring: \(path) \(error.text): the chime rings instead")
            return []
        }
    }
}
