internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// The site that this station is in, as its files have it.
struct SiteBook {
    private let files: PeerFiles
    let own: PublicKey
    let ownName: String
    /// The roster in use; nil where this station is in no site.
    let held: Roster?
    /// What a person is to know of the change.
    private(set) var told: [String] = []

    init(_ invocation: borrowing Invocation) throws(Failure) {
        let folder = ConfigFolder(invocation.configFolder)
        do throws(SystemError) {
            files = PeerFiles(try folder.sources(), in: folder.paths)
        } catch { throw Failure(error) }
        guard let own = try ownKey(files.paths) else {
            throw Failure(
                .failed,
                "this station has no key yet; its first start makes it:"
                    + " sudo systemctl enable --now intercomd")
        }
        self.own = own
        do throws(ConfigError) {
            ownName = try files.config().station.name
        } catch { throw Failure(PeerFilesError(error)) }
        held = try Self.roster(files.paths)
    }

    var paths: Paths { files.paths }

    /// The names of all peers here, and their keys.
    func peers() throws(Failure) -> [(name: String, key: PublicKey)] {
        do throws(ConfigError) {
            return try files.config().peers.compactMap { peer in
                PublicKey(text: peer.key).map { (peer.name, $0) }
            }
        } catch { throw Failure(PeerFilesError(error)) }
    }

    /// The roster in use.
    static func roster(_ paths: Paths) throws(Failure) -> Roster? {
        guard let text = try text(paths) else { return nil }
        do throws(RosterFault) {
            return try Roster(parsing: text)
        } catch { throw Failure(.failed, "\(SiteFiles.path(paths)) \(error)") }
    }

    /// Its text.
    static func text(_ paths: Paths) throws(Failure) -> [UInt8]? {
        do throws(PeerFilesError) {
            return try SiteFiles.roster(paths, limit: Roster.sizeMax)
        } catch { throw Failure(error) }
    }

    /// Makes the stations of a roster the site's peers of this station, and keeps its text; nil
    /// ends the site here.
    ///
    /// - Parameters:
    ///   - roster: The roster.
    ///   - text: Its text.
    ///   - former: The key that this command takes out.
    /// - Throws: files that cannot be read or written, or would be wrong.
    mutating func adopt(
        _ roster: Roster?, text: [UInt8]?, puttingOut former: PublicKey? = nil
    ) throws(Failure) {
        do throws(PeerFilesError) {
            var peers = try SitePeers(files, own: own)
            try peers.adopt(roster, text: text, after: held, puttingOut: former)
            told = peers.told + peers.warnings
        } catch { throw Failure(error) }
    }
}

extension Roster {
    /// Whether a peer of the settings is a station of the site, by its key.
    func lists(_ peer: Config.Peer) -> Bool {
        PublicKey(text: peer.key).flatMap { station(with: $0) } != nil
    }
}

extension PeerBook {
    /// The site of this station, and the name that a peer has there; nil where it is not of it.
    func site(of peer: String) -> (site: String, name: String)? {
        guard let key = (try? self.peer(peer)).flatMap({ PublicKey(text: $0.key) }),
            let roster = try? SiteBook.roster(paths), let station = roster.station(with: key)
        else { return nil }
        return (roster.name, station.name)
    }
}
