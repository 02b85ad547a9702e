internal import Config
public import Crypto
internal import HAL
public import Site

/// The peers of a station that came with its site's roster, among all others.
///
/// A peer of the site is a file that this has written: one made by hand or by pairing is never
/// changed, and neither is one that somebody has renamed here.
public struct SitePeers {
    private var files: PeerFiles
    private let own: PublicKey
    private let ownName: String
    private var changed: [String] = []
    /// Peers whose pre-shared keys are of no use any more.
    private var gone: [String] = []
    /// What a person is to know of the change.
    public private(set) var told: [String] = []
    /// New warnings about the settings, which a reload tells, too.
    public private(set) var warnings: [String] = []

    private static let writer = "intercomctl site"

    /// Takes all files of the settings; `own` is this station's key.
    public init(_ files: PeerFiles, own: PublicKey) throws(PeerFilesError) {
        (self.files, self.own) = (files, own)
        do throws(ConfigError) {
            ownName = try files.config().station.name
        } catch { throw PeerFilesError(error) }
    }

    /// Makes the stations of a roster the site's peers of this station, and keeps its text; nil
    /// ends the site here.
    ///
    /// Those that are gone go first: a change that is cut off leaves nobody in who was put out.
    ///
    /// - Parameters:
    ///   - roster: The roster.
    ///   - text: Its text.
    ///   - before: The one that was held before it.
    ///   - former: The key that somebody here has put out, also of a peer that is not the site's.
    /// - Throws: files that cannot be read or written, or would be wrong.
    public mutating func adopt(
        _ roster: Roster?, text: [UInt8]?, after before: Roster?,
        puttingOut former: PublicKey? = nil
    ) throws(PeerFilesError) {
        let stations = (roster?.stations ?? []).filter { $0.key != own }
        let old = try settings()
        // First, so that every change is checked beside the channels that will be.
        try files.put(channels: roster.map { SiteFiles.channels(of: $0, own: own) })
        try followGone(stations, former)
        for station in stations {
            try take(station, calledBefore: before?.stations.first { $0.key == station.key }?.name)
        }
        for path in changed { try files.write(path) }
        let channels = files.sources.first { $0.role == .site }?.bytes
        try SiteFiles.write(channels: channels, files.paths)
        try SiteFiles.write(roster: text, files.paths)
        tellChannels(old, try settings())
        for name in gone { try files.removeStray(of: name) }
        guard let former, let config = try? files.config(),
            let other = config.peers.first(where: { PublicKey(text: $0.key) == former }),
            !other.isRevoked
        else { return }
        told.append("\(other.name) is a peer by \(other.origin.file) still: take it out there")
    }

    private func settings() throws(PeerFilesError) -> Config {
        do throws(ConfigError) { return try files.config() } catch { throw PeerFilesError(error) }
    }

    /// Tells of the site's channels that are new here, have other members, or are no more.
    private mutating func tellChannels(_ old: Config, _ new: Config) {
        for channel in new.siteChannels {
            let before = old.siteChannels.first { $0.name == channel.name }
            guard before?.members != channel.members, case .named(let names) = channel.members
            else { continue }
            told.append("channel \(channel.name): \(names.joined(separator: ", "))")
        }
        for channel in old.siteChannels
        where !new.siteChannels.contains(where: { $0.name == channel.name }) {
            told.append("channel \(channel.name) is no more")
        }
        for warning in new.warnings where !old.warnings.contains(warning) {
            warnings.append(warning.description)
        }
    }

    private mutating func put(_ file: PeerFile?, at path: String) throws(PeerFilesError) {
        try files.put(file, at: path)
        changed.append(path)
    }

    /// Gives the site's peers whose key is gone the key of their successor, or takes them out.
    private mutating func followGone(
        _ stations: [Roster.Station], _ former: PublicKey?
    ) throws(PeerFilesError) {
        for source in files.sources where source.role == .learned {
            var file = PeerFile(source.bytes)
            for name in file.peers {
                guard let key = file.value(of: "key", of: name).flatMap({ PublicKey(text: $0) }),
                    Self.isOfSite(source.bytes) || key == former,
                    !stations.contains(where: { $0.key == key })
                else { continue }
                gone.append(name)
                let isKnown = { [files] (key: PublicKey) in
                    (try? files.config().peers.contains { PublicKey(text: $0.key) == key }) ?? true
                }
                if let next = stations.first(where: { $0.name == name }), !isKnown(next.key) {
                    file.set("key", to: next.key.text, of: name)
                    for setting in ["verified", "psk", "revoked"] { file.remove(setting, of: name) }
                    try put(file, at: source.path)
                    told.append("\(name) has a successor; fingerprint: \(next.key.fingerprint)")
                } else {
                    try takeOut(name, of: &file, at: source.path)
                }
            }
        }
    }

    /// Takes a peer out; where settings name it, it stays without a session.
    private mutating func takeOut(
        _ name: String, of file: inout PeerFile, at path: String
    ) throws(PeerFilesError) {
        var without = file
        without.remove(name)
        do throws(PeerFilesError) {
            try put(without.isEmpty ? nil : without, at: path)
            file = without
            told.append("\(name) is a peer no more")
        } catch {
            guard file.value(of: "revoked", of: name) != "yes" else { return }
            file.set("revoked", to: "yes", of: name)
            try put(file, at: path)
            told.append("\(name) is a peer no more; settings name it still, so it is shown as down")
        }
    }

    /// Makes one station a peer, if it is none yet.
    private mutating func take(
        _ station: Roster.Station, calledBefore: String?
    ) throws(PeerFilesError) {
        let config = try settings()
        let address = station.addresses.joined(separator: ", ")
        if let known = config.peers.first(where: { PublicKey(text: $0.key) == station.key }) {
            try follow(known, address)
            guard calledBefore == known.name, station.name != known.name else { return }
            return try rename(known.name, to: station.name)
        }
        guard station.name != ownName, !config.peers.contains(where: { $0.name == station.name })
        else {
            told.append(
                "\(station.name) of the site is left out: here that is another station's name"
                    + " (intercomctl peer rename, there and here)")
            return
        }
        let path = files.path(of: station.name)
        var file = PeerFile(of: station.name, by: Self.writer)
        if !address.isEmpty { file.set("address", to: address, of: station.name) }
        file.set("key", to: station.key.text, of: station.name)
        do throws(PeerFilesError) {
            try put(file, at: path)
        } catch {
            // One that does not fit here must not keep out a change that puts another one out.
            let why = error.description.split(separator: "\n").last ?? ""
            told.append("\(station.name) of the site is left out: \(why)")
            return
        }
        told.append("\(station.name) is a peer; fingerprint: \(station.key.fingerprint)")
    }

    /// The introducer may know a new address of the site's own peer, and takes one back that it had
    /// put out.
    private mutating func follow(_ known: Config.Peer, _ address: String) throws(PeerFilesError) {
        let name = known.name
        for source in files.sources where source.role == .learned && Self.isOfSite(source.bytes) {
            var file = PeerFile(source.bytes)
            guard file.has(name) else { continue }
            if known.isRevoked {
                file.remove("revoked", of: name)
                told.append("\(name) is a peer again")
            }
            if !address.isEmpty, file.value(of: "address", of: name) != address {
                file.set("address", to: address, of: name)
                told.append("\(name) has the address \(address)")
            }
            if file.bytes != source.bytes { try put(file, at: source.path) }
        }
    }

    /// The site has another name for its own peer, which nobody has renamed here; where settings
    /// name it, it keeps the old one.
    private mutating func rename(_ name: String, to other: String) throws(PeerFilesError) {
        let found = files.sources.first { source in
            source.role == .learned && Self.isOfSite(source.bytes)
                && PeerFile(source.bytes).has(name)
        }
        guard let found else { return }
        var file = PeerFile(found.bytes)
        file.rename(name, to: other)
        let path = found.path == files.path(of: name) ? files.path(of: other) : found.path
        let before = files
        do throws(PeerFilesError) {
            if path != found.path { try files.put(nil, at: found.path) }
            try files.put(file, at: path)
            changed += path == found.path ? [path] : [path, found.path]
            told.append("\(name) is called \(other) now")
        } catch {
            files = before
            told.append("\(name) is called \(other) in the site; settings name it, so not here")
        }
    }

    private static func isOfSite(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("# Written by \(writer).\n".utf8))
    }
}

extension Config {
    /// The channels that came with the site, without those that only a button names.
    fileprivate var siteChannels: [Channel] {
        channels.filter { $0.isOfSite && $0.members != .named([]) }
    }
}
