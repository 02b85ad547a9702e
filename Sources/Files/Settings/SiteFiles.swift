public import Config
public import Crypto
internal import HAL
public import Peering

/// The site's files at a station: the roster as it came, and at the introducer the secret that
/// signs it.
///
/// The roster is `roster` in the state directory, the secret `keys/site.key`. The settings from the
/// roster are `site.conf` beside it; they can be made from the roster again at any time.
public enum SiteFiles {
    public static let rosterName = "roster"
    public static let keyName = "site.key"
    public static let channelsName = "site.conf"
    static let removedName = "site.removed"
    static let leftName = "site.left"
    private static let removedMax = 256

    /// Reads the text of the roster; nil where this station is in no site.
    ///
    /// - Throws: The reason why the file is unreadable or too long for a roster.
    public static func roster(_ paths: Paths) throws(StateError) -> [UInt8]? {
        try read(rosterName, limit: Roster.sizeMax, paths)
    }

    /// Reads one of these files; nil where there is none.
    private static func read(
        _ name: String, limit: Int, _ paths: Paths
    ) throws(StateError) -> [UInt8]? {
        do throws(SystemError) {
            guard try paths.directory.status(of: name) != nil else { return nil }
            return try paths.directory.read(name, limit: limit)
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

    /// Returns the names of the stations that the site has put out, by their keys as text; none
    /// where they cannot be read.
    public static func removed(_ paths: Paths) -> [String: String] {
        var names: [String: String] = [:]
        for words in (try? words(of: removedName, paths)) ?? [] {
            guard words.count == 2, PublicKey(text: words[0]) != nil, isName(words[1]),
                names.count < removedMax
            else { continue }
            names[words[0]] = words[1]
        }
        return names
    }

    /// Returns the sites that this station has left.
    ///
    /// - Throws: The reason why the file is unreadable; this station may have left any site then.
    public static func left(_ paths: Paths) throws(StateError) -> [RosterExchange.Left] {
        var left: [RosterExchange.Left] = []
        for words in try words(of: leftName, paths) {
            guard let site = UInt64(words[0], radix: 16) else {
                throw StateError("\(paths.state)/\(leftName) is damaged")
            }
            let name = words.count > 1 && isName(words[1]) ? words[1] : nil
            left.append(RosterExchange.Left(site: site, name: name))
        }
        return left
    }

    /// Returns the words of each line of a file; none where there is no file.
    private static func words(
        of name: String, _ paths: Paths
    ) throws(StateError) -> [[String]] {
        let text = try read(name, limit: ConfigFolder.sizeLimit, paths) ?? []
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
            .map { line in line.split(separator: " ").map { String($0) } }
            .filter { !$0.isEmpty }
    }

    /// Returns the channels of a station's site, as settings.
    ///
    /// Members are keys, because a peer may have another name here. All stations are listed, so
    /// that a peer from outside hears nothing of the site's channels.
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

    /// Writes `site.conf` again where it does not match the roster, for example after damage.
    ///
    /// - Returns: Whether it was written.
    /// - Throws: The error of the write.
    public static func renewChannels(
        of roster: Roster, own: PublicKey, _ paths: Paths
    ) throws(StateError) -> Bool {
        let wanted = channels(of: roster, own: own)
        let found = try? paths.directory.read(channelsName, limit: ConfigFolder.sizeLimit)
        guard found != wanted else { return false }
        try write(channels: wanted, paths)
        return true
    }

    /// Returns the path of `site.conf`.
    public static func channelsPath(_ paths: Paths) -> String { "\(paths.state)/\(channelsName)" }

    /// Returns the path of the roster, for words.
    public static func path(_ paths: Paths) -> String { "\(paths.state)/\(rosterName)" }

    /// Returns the path of the secret, for words.
    public static func keyPath(_ paths: Paths) -> String { "\(paths.keys)/\(keyName)" }

    /// Explains why a station that introduces its site cannot join another one.
    public static func refusal(toLeave site: String) -> String {
        "this station introduces the site \(site); to leave it, first: sudo intercomctl site leave"
    }
}
