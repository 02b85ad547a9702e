public import Config
public import Crypto
internal import HAL
public import Peering

/// The peers of a station that came with its site's roster, among all other peers.
///
/// A peer of the site is in a file that this type has written. Peers made by hand or by pairing, or
/// renamed here, are not changed. But a peer whose station the site puts out is put out here, too:
/// it keeps its key and secret, and a person may take it back.
public struct SitePeers {
    private var files: PeerFiles
    private let own: PublicKey
    /// The steps of the change, in the order of their checks; nil removes a file.
    private var steps: [(path: String, bytes: [UInt8]?)] = []
    /// The peers whose pre-shared keys are useless now.
    private var gone: [String] = []
    /// The news of the change for a person.
    public private(set) var told: [String] = []
    /// New warnings about the settings; a reload reports them, too.
    public private(set) var warnings: [String] = []

    private static let writer = "intercomctl site"
    /// The first line of the file of a peer that a person or a pairing has made, and that the site
    /// has put out.
    private static let outWriter = "intercomctl site, which has put it out"

    /// Takes all files of the settings; `own` is this station's key.
    public init(_ files: PeerFiles, own: PublicKey) { (self.files, self.own) = (files, own) }

    /// Makes the stations of a roster the site's peers of this station, and stores its text; nil
    /// ends the site here.
    ///
    /// Files are written in the order of their checks: removals, then additions, and the roster
    /// last. A change that is cut off leaves settings with which the station starts, and is made
    /// again from the same roster.
    ///
    /// - Parameters:
    ///   - roster: The roster.
    ///   - text: Its text.
    ///   - before: The roster held before.
    ///   - former: The key that a person here puts out of the site; everything about it is removed,
    ///     even of a peer that is not the site's.
    /// - Throws: The files that cannot be read or written, or would be wrong.
    public mutating func adopt(
        _ roster: Roster?, text: [UInt8]?, after before: Roster?,
        puttingOut former: PublicKey? = nil
    ) throws(StateError) {
        let lost = Self.keys(in: before, lostIn: roster)
        let stations = (roster?.stations ?? []).filter { $0.key != own }
        let old = try files.config()
        // Without the channels there is room for everything necessary.
        try files.put(channels: roster.map { _ in [] })
        try followGone(stations, former, lost)
        try follow(stations, after: before)
        try rename(stations, after: before)
        for station in stations { try add(station) }
        if let roster { try putChannels(of: roster) }
        try SiteFiles.write(
            channels: files.sources.first { $0.role == .site }?.bytes, files.paths)
        for step in steps { try files.write(step.bytes, at: step.path) }
        // Names are words for people: a disk error with them must not prevent the change.
        try? SiteFiles.keepNames(of: before, lostIn: roster, files.paths)
        try SiteFiles.keepLeft(of: before, for: roster, files.paths)
        try SiteFiles.write(text, to: SiteFiles.rosterName, files.paths)
        // After the roster: a change that is cut off must not forget a key that was left.
        try SiteFiles.forgetLeft(of: before, for: roster, files.paths)
        for name in gone { try files.removeStray(of: name) }
        tell(old, try files.config(), lost)
        tellOwn(roster, before, try files.config())
    }

    /// Returns the stations that a site has put out; none where this station leaves it.
    private static func keys(in before: Roster?, lostIn roster: Roster?) -> [PublicKey] {
        guard let before, let roster else { return [] }
        return before.stations.map { $0.key }.filter { roster.station(with: $0) == nil }
    }

    private mutating func put(_ file: PeerFile?, at path: String) throws(StateError) {
        try files.put(file, at: path)
        steps.append((path, file?.bytes))
    }

    /// Puts the channels of the site in place; a station without room goes on without them.
    private mutating func putChannels(of roster: Roster) throws(StateError) {
        do throws(StateError) {
            try files.put(channels: SiteFiles.channels(of: roster, own: own))
        } catch {
            told.append("the channels of the site are left out: \(error.lastLine)")
        }
    }

    // MARK: Stations that are gone

    /// Updates peers whose key is gone: the site's peers get their successor's key or are removed,
    /// and other former stations of the site are put out.
    private mutating func followGone(
        _ stations: [Roster.Station], _ former: PublicKey?, _ lost: [PublicKey]
    ) throws(StateError) {
        for source in files.sources where source.role == .learned {
            var file = PeerFile(source.bytes)
            for name in file.peers {
                guard let key = file.value(of: "key", of: name).flatMap({ PublicKey(text: $0) }),
                    !stations.contains(where: { $0.key == key })
                else { continue }
                guard Self.isOfSite(source.bytes) || key == former else {
                    guard lost.contains(key) else { continue }
                    // The key, secret and name of a peer that a person or a pairing has made stay:
                    // a thief of the site's key must not be able to erase them, or to give the name
                    // to another station.
                    try revoke(
                        name, of: &file, at: source.path,
                        "was put out by the site; if it is to stay a peer of this station: sudo"
                            + " intercomctl peer set \(name) --revoked no; else: sudo intercomctl"
                            + " peer remove \(name)")
                    continue
                }
                gone.append(name)
                if let next = stations.first(where: { $0.name == name }), try makeWay(for: next) {
                    file.set("key", to: next.key.text, of: name)
                    // The successor is another box, at another address.
                    for setting in ["address", "verified", "psk", "revoked"] {
                        file.remove(setting, of: name)
                    }
                    try put(file, at: source.path)
                    told.append("\(name) has a successor; fingerprint: \(next.key.fingerprint)")
                } else {
                    try removeOrRevoke(name, of: &file, at: source.path)
                }
            }
        }
    }

    /// Removes the site's own peer that is the successor under its former name.
    ///
    /// - Returns: Whether the successor is no peer now.
    private mutating func makeWay(for next: Roster.Station) throws(StateError) -> Bool {
        guard let known = try peer(with: next.key) else { return true }
        guard let source = source(of: known.name), try !files.config().names(peer: known.name)
        else { return false }
        guard PeerFile(source.bytes).peers == [known.name] else { return false }
        do throws(StateError) {
            try put(nil, at: source.path)
        } catch { return false }
        gone.append(known.name)
        return true
    }

    private func peer(with key: PublicKey) throws(StateError) -> Config.Peer? {
        try files.config().peers.first { PublicKey(text: $0.key) == key }
    }

    /// Removes a peer, or keeps it without a session where settings name it: a button for one
    /// person must not become a button for a channel of that name.
    private mutating func removeOrRevoke(
        _ name: String, of file: inout PeerFile, at path: String
    ) throws(StateError) {
        if try !files.config().names(peer: name) {
            var without = file
            without.remove(name)
            do throws(StateError) {
                try put(without.isEmpty ? nil : without, at: path)
                file = without
                told.append("\(name) is no longer a peer")
                return
            } catch {}
        }
        try revoke(
            name, of: &file, at: path,
            "is no longer a peer; settings name it still, so it is shown as down")
    }

    /// Keeps a peer without a session.
    private mutating func revoke(
        _ name: String, of file: inout PeerFile, at path: String, _ words: String
    ) throws(StateError) {
        guard file.value(of: "revoked", of: name) != "yes" else { return }
        file.set("revoked", to: "yes", of: name)
        if !Self.isOfSite(file.bytes), file.peers == [name] { file.set(writer: Self.outWriter) }
        try put(file, at: path)
        told.append("\(name) \(words)")
    }

    // MARK: Stations that are there

    /// Follows the introducer: the site's own peers get new addresses, and peers that it had put
    /// out and lists anew come back.
    private mutating func follow(
        _ stations: [Roster.Station], after before: Roster?
    ) throws(StateError) {
        for station in stations {
            guard let known = try peer(with: station.key),
                let source = source(of: known.name) ?? source(of: known.name, by: Self.outWriter)
            else { continue }
            var file = PeerFile(source.bytes)
            // A peer that a person has revoked here stays revoked.
            if known.isRevoked, before?.stations.contains(where: { $0.key == station.key }) != true
            {
                file.remove("revoked", of: known.name)
                if !Self.isOfSite(source.bytes) { file.set(writer: "intercomctl peer set") }
                try put(file, at: source.path)
                told.append("\(known.name) is a peer again")
            }
            guard Self.isOfSite(source.bytes) else { continue }
            let address = station.addresses.joined(separator: ", ")
            guard !address.isEmpty, file.value(of: "address", of: known.name) != address else {
                continue
            }
            file.set("address", to: address, of: known.name)
            do throws(StateError) {
                try put(file, at: source.path)
                told.append("\(known.name) has the address \(address)")
            } catch { told.append("\(known.name) keeps its address: \(error.lastLine)") }
        }
    }

    /// Follows new names of the site's own peers.
    ///
    /// A name may become free only when another peer has changed its own, so renaming repeats until
    /// no peer can follow any more.
    private mutating func rename(
        _ stations: [Roster.Station], after before: Roster?
    ) throws(StateError) {
        var left: [(from: String, to: String)] = []
        for station in stations {
            guard let old = before?.stations.first(where: { $0.key == station.key })?.name,
                old != station.name, try peer(with: station.key)?.name == old
            else { continue }
            left.append((old, station.name))
        }
        var place = 0
        while place < left.count {
            guard try isFree(left[place].to) else {
                place += 1
                continue
            }
            let wish = left.remove(at: place)
            try rename(wish.from, to: wish.to)
            place = 0
        }
        for wish in left {
            told.append(
                "\(wish.from) is called \(wish.to) in the site; that name is taken here, so not"
                    + " here")
        }
    }

    /// Renames a peer; where settings name the peer, it keeps the old name.
    private mutating func rename(_ name: String, to other: String) throws(StateError) {
        guard let found = source(of: name) else {
            told.append(
                "\(name) is called \(other) in the site; it was paired here, and keeps its name")
            return
        }
        let config = try files.config()
        guard !config.names(peer: name), config.site.introductions != .from(name) else {
            told.append("\(name) is called \(other) in the site; settings name it, so not here")
            return
        }
        var file = PeerFile(found.bytes)
        file.rename(name, to: other)
        let path = found.path == files.path(of: name) ? files.path(of: other) : found.path
        let (before, done) = (files, steps)
        do throws(StateError) {
            if path != found.path { try put(nil, at: found.path) }
            try put(file, at: path)
            told.append("\(name) is called \(other) now")
        } catch {
            (files, steps) = (before, done)
            told.append(
                "\(name) is called \(other) in the site, and not here: \(error.lastLine)")
        }
    }

    /// Makes a station a peer, unless it is one already.
    private mutating func add(_ station: Roster.Station) throws(StateError) {
        guard try peer(with: station.key) == nil else { return }
        guard try station.name != files.config().station.name else {
            told.append(
                "\(station.name) of the site is left out, as this station itself is called that: if"
                    + " it takes the place of that one, where the site is introduced: sudo"
                    + " intercomctl site replace \(station.name) PEER; else give it another name,"
                    + " in [station], then: intercomctl reload")
            return
        }
        guard try isFree(station.name) else {
            told.append(
                "\(station.name) of the site is left out, as its name is taken here: give that"
                    + " peer or channel another, or remove it (sudo intercomctl peer rename, peer"
                    + " remove), or rename the one of the site where it is introduced (sudo"
                    + " intercomctl site rename)")
            return
        }
        let address = station.addresses.joined(separator: ", ")
        var file = PeerFile(of: station.name, by: Self.writer)
        if !address.isEmpty { file.set("address", to: address, of: station.name) }
        file.set("key", to: station.key.text, of: station.name)
        do throws(StateError) {
            try put(file, at: files.path(of: station.name))
            told.append("\(station.name) is a peer; fingerprint: \(station.key.fingerprint)")
        } catch {
            // A station that does not fit here must not block a change that puts another station
            // out.
            told.append("\(station.name) of the site is left out: \(error.lastLine)")
        }
    }

    /// Whether a name is free here: no station, peer, channel of its own or file has it.
    private func isFree(_ name: String) throws(StateError) -> Bool {
        try files.config().isFree(name)
            && !files.sources.contains { $0.path == files.path(of: name) }
    }

    /// Returns the file of a peer of this name with this writer, by default the site; nil where
    /// another one has written it.
    private func source(
        of name: String, by writer: String = SitePeers.writer
    ) -> ConfigSource? {
        files.sources.first { source in
            source.role == .learned && Self.isWritten(source.bytes, by: writer)
                && PeerFile(source.bytes).has(name)
        }
    }

    /// Whether this type has written a file of peers.
    public static func isOfSite(_ bytes: [UInt8]) -> Bool {
        isWritten(bytes, by: writer)
    }

    /// Whether a peer in this file that was put out comes back with a roster that lists it anew.
    static func takesBack(_ bytes: [UInt8]) -> Bool {
        isOfSite(bytes) || isWritten(bytes, by: outWriter)
    }

    private static func isWritten(_ bytes: [UInt8], by writer: String) -> Bool {
        bytes.starts(with: Array("# Written by \(writer).\n".utf8))
    }

    // MARK: Words

    /// Reports channels of the roster that are new, and that this station has of its own.
    private mutating func tellOwn(_ roster: Roster?, _ before: Roster?, _ config: Config) {
        for channel in roster?.channels ?? [] where before?.channels.contains(channel) != true {
            let own = config.channels.first { $0.name == channel.name && !$0.isOfSite }
            guard let own, !own.isWaiting else { continue }
            told.append("channel \(channel.name) stays as this station has it: \(own.origin)")
        }
    }

    /// Reports changes of the site's channels, new warnings, and stations that the site has put out
    /// but that are still peers.
    private mutating func tell(_ old: Config, _ new: Config, _ lost: [PublicKey]) {
        for channel in new.channels where channel.isOfSite {
            let before = old.channels.first { $0.isOfSite && $0.name == channel.name }
            guard before?.members != channel.members, case .named(let names) = channel.members
            else { continue }
            told.append("channel \(channel.name): \(names.joined(separator: ", "))")
        }
        for channel in old.channels where channel.isOfSite {
            guard !new.channels.contains(where: { $0.isOfSite && $0.name == channel.name })
            else { continue }
            told.append("channel \(channel.name) is no more here")
        }
        for warning in new.warnings where !old.warnings.contains(warning) {
            warnings.append(warning.description)
        }
        for other in new.peers where !other.isRevoked {
            guard let key = PublicKey(text: other.key), lost.contains(key) else { continue }
            told.append("\(other.name) is a peer by \(other.origin.file) still: take it out there")
        }
    }
}

/// The names and keys of former rosters, kept for people and against thieves.
extension SiteFiles {
    /// The number of newest former keys that are kept.
    private static let leftMax = 16

    /// Whether two rosters belong to the same site, with any introducer: a site that is taken over
    /// under another name has no new stations.
    private static func isSame(_ roster: Roster, as before: Roster) -> Bool {
        before.name == roster.name
            || roster.stations.allSatisfy { before.station(with: $0.key) != nil }
    }

    /// Keeps the names of stations that a roster no longer has, for as long as the station stays in
    /// the site.
    fileprivate static func keepNames(
        of before: Roster?, lostIn roster: Roster?, _ paths: Paths
    ) throws(StateError) {
        guard let before, let roster, isSame(roster, as: before) else {
            return try write(nil, to: removedName, paths)
        }
        var names = removed(paths)
        for station in before.stations { names[station.key.text] = station.name }
        for station in roster.stations { names[station.key.text] = nil }
        guard names != removed(paths) else { return }
        let lines = names.keys.sorted().map { "\($0) \(names[$0] ?? "")\n" }
        try write(Array(lines.joined().utf8), to: removedName, paths)
    }

    /// Keeps the key that this station leaves: a station with that key may be a thief's, or may
    /// wait for a person, who alone can have this station take the key back.
    fileprivate static func keepLeft(
        of before: Roster?, for roster: Roster?, _ paths: Paths
    ) throws(StateError) {
        guard let before, before.key != roster?.key else { return }
        // A former key of a site that was taken over under another name is one of the new name.
        let name = roster.map { isSame($0, as: before) ? $0.name : before.name } ?? before.name
        // A damaged file must not prevent the change, and stays: it may name any key.
        guard let known = try? left(paths) else { return }
        var left = known.filter { $0.site != before.key.reference }
        left = left.map { former in
            [nil, before.name].contains(former.name)
                ? RosterExchange.Left(site: former.site, name: name) : former
        }
        left.append(RosterExchange.Left(site: before.key.reference, name: name))
        try write(left: left.suffix(leftMax), paths)
    }

    /// Forgets that this station had left the key of the site that it has joined by a person's
    /// word; a newer list of the same site is no such word.
    fileprivate static func forgetLeft(
        of before: Roster?, for roster: Roster?, _ paths: Paths
    ) throws(StateError) {
        guard let roster, before?.key != roster.key, let left = try? left(paths),
            left.contains(where: { $0.site == roster.key.reference })
        else { return }
        try write(left: left.filter { $0.site != roster.key.reference }[...], paths)
    }

    private static func write(
        left: ArraySlice<RosterExchange.Left>, _ paths: Paths
    ) throws(StateError) {
        let lines = left.map { one in
            String(one.site, radix: 16) + (one.name.map { " \($0)" } ?? "") + "\n"
        }
        try write(lines.isEmpty ? nil : Array(lines.joined().utf8), to: leftName, paths)
    }
}

extension Config {
    /// Whether neither this station, nor a peer, nor a channel of its own has a name.
    public func isFree(_ name: String) -> Bool {
        name != station.name && !peers.contains { $0.name == name }
            && !channels.contains { $0.name == name && !$0.isOfSite && !$0.isWaiting }
    }
}

extension StateError {
    /// The reason, without the words before it.
    fileprivate var lastLine: String { String(description.split(separator: "\n").last ?? "") }
}
