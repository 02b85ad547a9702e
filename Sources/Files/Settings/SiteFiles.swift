public import Config
public import Crypto
internal import HAL
public import Peering

/// What a station keeps of its site: the roster as it came, and at the introducer the secret that
/// signs it.
///
/// The roster is `roster` in the state directory, the secret `keys/site.key`. The settings that
/// come with the roster are `site.conf` beside it; they can be made anew from it at any time.
public enum SiteFiles {
    public static let rosterName = "roster"
    public static let keyName = "site.key"
    public static let channelsName = "site.conf"
    static let removedName = "site.removed"
    static let leftName = "site.left"
    /// Former keys that are kept, the newest ones.
    private static let leftMax = 16
    private static let removedMax = 256

    /// Reads the text of the roster; nil where this station is in no site.
    ///
    /// - Throws: a file that cannot be read, or is longer than a roster.
    public static func roster(_ paths: Paths) throws(StateError) -> [UInt8]? {
        do throws(SystemError) {
            guard try paths.directory.status(of: rosterName) != nil else { return nil }
            return try paths.directory.read(rosterName, limit: Roster.sizeMax)
        } catch { throw StateError(error) }
    }

    /// Writes one of these files, or removes it.
    static func write(
        _ bytes: [UInt8]?, to name: String, _ paths: Paths
    ) throws(StateError) {
        do throws(SystemError) {
            guard let bytes else { return try paths.directory.remove(name) }
            try paths.directory.write(bytes.span, to: name, mode: 0o640)
        } catch { throw StateError(error) }
    }

    /// Whether the roster in use has a station with this key, as text.
    static func lists(_ key: String, _ paths: Paths) -> Bool {
        guard let text = try? roster(paths), let roster = try? Roster(parsing: text) else {
            return false
        }
        return roster.station(withKey: key) != nil
    }

    /// The stations that the site has taken out, their names by their keys as text; none where they
    /// cannot be read.
    public static func removed(_ paths: Paths) -> [String: String] {
        var names: [String: String] = [:]
        for line in lines(of: removedName, paths) {
            let words = line.split(separator: " ").map { String($0) }
            guard words.count == 2, PublicKey(text: words[0]) != nil, isName(words[1]),
                names.count < removedMax
            else { continue }
            names[words[0]] = words[1]
        }
        return names
    }

    /// Whether a roster is of the same site, whoever introduces there: one that is taken over under
    /// another name has no other stations than before.
    private static func isSame(_ roster: Roster, as before: Roster) -> Bool {
        before.name == roster.name
            || roster.stations.allSatisfy { before.station(with: $0.key) != nil }
    }

    /// Keeps the names of stations that a roster has no more, for as long as the station is in the
    /// same site.
    static func keepNames(
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

    /// The references of the keys under which the site of this station was introduced before.
    public static func left(_ paths: Paths) -> [UInt64] {
        lines(of: leftName, paths).compactMap { UInt64($0, radix: 16) }
    }

    /// The lines of a file; none where it cannot be read.
    private static func lines(of name: String, _ paths: Paths) -> [Substring] {
        let text = try? paths.directory.read(name, limit: ConfigFolder.sizeLimit)
        return String(decoding: text ?? [], as: UTF8.self).split(separator: "\n")
    }

    /// Keeps the key that this station leaves for another one of the same site: what has it may be
    /// a thief's, or waits for a person.
    static func keepLeft(
        of before: Roster?, for roster: Roster?, _ paths: Paths
    ) throws(StateError) {
        guard let before, let roster, isSame(roster, as: before) else {
            return try write(nil, to: leftName, paths)
        }
        guard before.key != roster.key else { return }
        var left = left(paths).filter { $0 != roster.key.reference }
        left.append(before.key.reference)
        let lines = left.suffix(leftMax).map { "\(String($0, radix: 16))\n" }
        try write(Array(lines.joined().utf8), to: leftName, paths)
    }

    /// The channels of a site that a station is in, as settings.
    ///
    /// Members are keys, as a peer may have another name here; all stations are listed, so that a
    /// peer from outside hears nothing of a channel of the site.
    ///
    /// - Parameters:
    ///   - roster: The site.
    ///   - own: The key of the station.
    /// - Returns: The text of `site.conf`.
    public static func channels(of roster: Roster, own: PublicKey) -> [UInt8] {
        var text = "# Written with the roster of the site \(roster.name); changes here are lost.\n"
        let ownName = roster.stations.first { $0.key == own }?.name
        for channel in roster.channels {
            guard let ownName, channel.includes(ownName) else { continue }
            let others = roster.stations.filter { $0.key != own && channel.includes($0.name) }
            guard !others.isEmpty else { continue }
            let keys = others.map { $0.key.text }.joined(separator: ", ")
            text += "\n[channel \(channel.name)]\nmembers = \(keys)\n"
        }
        return Array(text.utf8)
    }

    /// Writes `site.conf`, or removes it.
    public static func write(channels: [UInt8]?, _ paths: Paths) throws(StateError) {
        try write(channels, to: channelsName, paths)
    }

    /// Writes `site.conf` again where it is not what follows from the roster, such as after a
    /// damage.
    ///
    /// - Returns: whether it was written.
    /// - Throws: a file that cannot be written.
    public static func renewChannels(
        of roster: Roster, own: PublicKey, _ paths: Paths
    ) throws(StateError) -> Bool {
        let wanted = channels(of: roster, own: own)
        let found = try? paths.directory.read(channelsName, limit: ConfigFolder.sizeLimit)
        guard found != wanted else { return false }
        try write(channels: wanted, paths)
        return true
    }

    /// The path of `site.conf`.
    public static func channelsPath(_ paths: Paths) -> String { "\(paths.state)/\(channelsName)" }

    /// The path of the roster, for words.
    public static func path(_ paths: Paths) -> String { "\(paths.state)/\(rosterName)" }

    /// The path of the secret, for words.
    public static func keyPath(_ paths: Paths) -> String { "\(paths.keys)/\(keyName)" }

    /// Why a station that introduces its site does not join another one.
    public static func refusal(toLeave site: String) -> String {
        "this station introduces the site \(site); to leave it, first: sudo intercomctl site leave"
    }
}

extension KeyStore {
    /// The secret of the site that this station introduces; nil where it introduces none.
    public static func siteKey(_ paths: Paths) throws(StateError) -> SigningKey? {
        guard try hasSiteKey(paths) != false else { return nil }
        guard let key = SigningKey(try psk(named: SiteFiles.keyName, paths)) else {
            throw StateError("\(SiteFiles.keyPath(paths)) holds no number of P-256")
        }
        return key
    }

    /// Whether there is that secret; nil without the right to look.
    public static func hasSiteKey(_ paths: Paths) throws(StateError) -> Bool? {
        try hasPSK(named: SiteFiles.keyName, paths)
    }

    /// Writes that secret.
    public static func write(
        siteKey: borrowing SigningKey, _ paths: Paths
    ) throws(StateError) {
        try write(secret: Key(copying: siteKey.bytes), to: SiteFiles.keyName, paths)
    }

    /// Removes that secret: this station introduces no more.
    public static func removeSiteKey(_ paths: Paths) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.remove("\(Paths.keysName)/\(SiteFiles.keyName)")
        } catch { throw StateError(error) }
    }
}
