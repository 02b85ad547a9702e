internal import Config
internal import Crypto
internal import HAL
internal import Settings
internal import Site

/// The site that this station is in, and its peers of that site among all others.
///
/// A peer of the site is a file that `site` has written: one made by hand or by pairing is never
/// changed, and neither is one that somebody has renamed here.
struct SiteBook {
    private var peers: PeerBook
    let own: PublicKey
    let ownName: String
    /// The roster in use; nil where this station is in no site.
    let held: Roster?
    /// What a person is to know of the change.
    private(set) var told: [String] = []

    private static let writer = "intercomctl site"

    init(_ invocation: borrowing Invocation) throws(Failure) {
        peers = try PeerBook(invocation)
        guard let own = try ownKey(peers.paths) else {
            throw Failure(
                .failed,
                "this station has no key yet; its first start makes it:"
                    + " sudo systemctl enable --now intercomd")
        }
        self.own = own
        ownName = try peers.config().station.name
        held = try Self.roster(peers.paths)
    }

    var paths: Paths { peers.paths }

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
    /// Those that are gone go first: a change that is cut off leaves nobody in who was put out.
    mutating func adopt(_ roster: Roster?, text: [UInt8]?) throws(Failure) {
        let stations = (roster?.stations ?? []).filter { $0.key != own }
        let gone = try takeOut { key in !stations.contains { $0.key == key } }
        var come: [String] = []
        for station in stations {
            if let path = try take(station) { come.append(path) }
        }
        for path in gone { try peers.write(path) }
        for path in come { try peers.write(path) }
        do throws(PeerFilesError) {
            try SiteFiles.write(roster: text, paths)
        } catch { throw Failure(error) }
    }

    /// Takes the site's peers out whose key is such; returns the files.
    private mutating func takeOut(
        where isGone: (PublicKey) -> Bool
    ) throws(Failure) -> [String] {
        var changed: [String] = []
        for source in peers.learned where Self.isOfSite(source.bytes) {
            var file = PeerFile(source.bytes)
            let gone = file.peers.filter { name in
                file.value(of: "key", of: name).flatMap { PublicKey(text: $0) }.map(isGone) ?? false
            }
            guard !gone.isEmpty else { continue }
            for name in gone {
                file.remove(name)
                told.append("\(name) is a peer no more")
            }
            try peers.put(file.isEmpty ? nil : file, at: source.path)
            changed.append(source.path)
        }
        return changed
    }

    /// Makes one station a peer, if it is none yet; returns the file.
    private mutating func take(_ station: Roster.Station) throws(Failure) -> String? {
        let address = station.addresses.joined(separator: ", ")
        if let known = try peers.config().peers.first(where: {
            PublicKey(text: $0.key) == station.key
        }) {
            // An introducer that knows a new address of the site's own peer may say so.
            guard !address.isEmpty, let found = peers.file(of: known.name),
                Self.isOfSite(found.file.bytes),
                found.file.value(of: "address", of: known.name) != address
            else { return nil }
            var file = found.file
            file.set("address", to: address, of: known.name)
            try peers.put(file, at: found.path)
            told.append("\(known.name) has the address \(address)")
            return found.path
        }
        guard station.name != ownName, !peers.names.contains(station.name) else {
            told.append(
                "\(station.name) of the site is left out: here that is another station's name"
                    + " (intercomctl peer rename, there and here)")
            return nil
        }
        let path = peers.newFile(of: station.name).path
        var file = PeerFile(of: station.name, by: Self.writer)
        if !address.isEmpty { file.set("address", to: address, of: station.name) }
        file.set("key", to: station.key.text, of: station.name)
        try peers.put(file, at: path)
        told.append("\(station.name) is a peer; fingerprint: \(station.key.fingerprint)")
        return path
    }

    private static func isOfSite(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("# Written by \(writer).\n".utf8))
    }
}
