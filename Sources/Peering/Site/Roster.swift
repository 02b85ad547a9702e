public import Crypto

/// The stations of a site, as its introducer lists them (protocol.md §4.3).
///
/// A roster has one canonical text: a text that differs when it is written again is refused.
public struct Roster: Equatable, Sendable {
    /// One station.
    public struct Station: Equatable, Sendable {
        public let name: String
        public let key: PublicKey
        /// The addresses, as in the settings of a peer; empty if the station is found on the LAN.
        public let addresses: [String]

        /// Nil for a name, a key or an address that cannot be in a roster.
        public init?(name: String, key: PublicKey, addresses: [String] = []) {
            guard Roster.isName(name), addresses.count <= Roster.addressesMax,
                addresses.allSatisfy({ RosterAddress.isOne($0) }), key.isUsable
            else { return nil }
            (self.name, self.key, self.addresses) = (name, key, addresses)
        }
    }

    /// A station, and as many peers as it may have.
    public static let stationsMax = 32
    static let addressesMax = 8
    /// Bytes of the longest text; longer ones are neither made nor read.
    public static let sizeMax = 32 * 1024

    /// The name of the site.
    public let name: String
    public let key: VerifyingKey
    /// The number of the roster; of two rosters of a site, the higher one counts.
    public private(set) var counter: UInt64
    /// The stations, in the order of their names.
    public private(set) var stations: [Station]
    /// The channels, in the order of their names, none of which is a station's.
    public private(set) var channels: [Channel]

    /// The station that has this key.
    public func station(with key: PublicKey) -> Station? { stations.first { $0.key == key } }

    /// The station with this key, as text; nil also for a text that is no key.
    public func station(withKey text: String) -> Station? {
        PublicKey(text: text).flatMap { station(with: $0) }
    }

    /// The station of this name.
    public func station(named name: String) -> Station? { stations.first { $0.name == name } }

    /// Makes a site with the stations and channels of `held`, if any; nil for a name that cannot be
    /// in a roster.
    public init?(name: String, key: VerifyingKey, takingOver held: Roster? = nil) {
        guard Self.isName(name) else { return nil }
        self.init(
            name: name, key: key, counter: 1, stations: held?.stations ?? [],
            channels: held?.channels ?? [])
    }

    /// Makes a roster from parts that were checked.
    init(
        name: String, key: VerifyingKey, counter: UInt64, stations: [Station],
        channels: [Channel]
    ) {
        (self.name, self.key, self.counter) = (name, key, counter)
        (self.stations, self.channels) = (stations, channels)
    }

    // MARK: Changes, each of which makes a newer roster

    /// Adds a station.
    public mutating func add(_ station: Station) throws(RosterChangeError) {
        if let other = self.station(with: station.key) {
            throw .keyIsKnown(as: other.name)
        }
        guard isFree(station.name) else { throw .nameIsTaken }
        guard stations.count < Self.stationsMax else { throw .isFull }
        try change(to: stations + [station], channels)
    }

    /// Whether neither a station nor a channel has this name.
    private func isFree(_ name: String) -> Bool {
        station(named: name) == nil && !channels.contains { $0.name == name }
    }

    /// Removes a station, also from its channels.
    public mutating func remove(_ name: String) throws(RosterChangeError) {
        guard self.station(named: name) != nil else { throw .isUnknown }
        try change(
            to: stations.filter { $0.name != name },
            Self.channels(channels, with: name, called: nil))
    }

    /// Puts a station in the place of another one, also in the channels.
    ///
    /// If the station is already in the site, under a name from its pairing, that entry is removed.
    public mutating func replace(
        _ name: String, by station: Station
    ) throws(RosterChangeError) {
        guard self.station(named: name) != nil else { throw .isUnknown }
        guard !stations.contains(station) else { throw .keyIsKnown(as: station.name) }
        var channels = channels
        if let double = stations.first(where: { $0.key == station.key && $0.name != name }) {
            channels = Self.channels(channels, with: double.name, called: nil)
        }
        channels = Self.channels(channels, with: name, called: station.name)
        let others = stations.filter { $0.name != name && $0.key != station.key }
        guard !others.contains(where: { $0.name == station.name }),
            !channels.contains(where: { $0.name == station.name })
        else { throw .nameIsTaken }
        try change(to: others + [station], channels)
    }

    /// Gives a station another name.
    public mutating func rename(_ name: String, to other: String) throws(RosterChangeError) {
        guard let station = self.station(named: name) else { throw .isUnknown }
        guard isFree(other) else { throw .nameIsTaken }
        guard
            let renamed = Station(name: other, key: station.key, addresses: station.addresses)
        else { throw .isNoName }
        try change(
            to: stations.filter { $0.name != name } + [renamed],
            Self.channels(channels, with: name, called: other))
    }

    mutating func change(
        to stations: [Station], _ channels: [Channel]
    ) throws(RosterChangeError) {
        guard counter < UInt64.max else { throw .isAtItsEnd }
        let others = Roster(
            name: name, key: key, counter: counter + 1,
            stations: stations.sorted { $0.name < $1.name },
            channels: channels.sorted { $0.name < $1.name })
        guard others.body.utf8.count + Self.signatureSize <= Self.sizeMax else { throw .isTooLong }
        self = others
    }

    // MARK: Text

    /// All lines but the signature.
    var body: String {
        var text = "\(Self.title)\nsite \(name) \(key.text)\ncounter \(counter)\n"
        for station in stations {
            text += "station \(station.name) \(station.key.text)"
            if !station.addresses.isEmpty { text += " " + station.addresses.joined(separator: ",") }
            text += "\n"
        }
        for channel in channels {
            text += "channel \(channel.name) \(channel.members?.joined(separator: ",") ?? "*")\n"
        }
        return text
    }

    /// The whole text; `key` must be the site's.
    public func signed(by key: borrowing SigningKey) -> String {
        precondition(key.verifyingKey == self.key, "another site's key")
        let body = body
        return body + "signature \(key.sign(Array(body.utf8).span).text)\n"
    }

    static let title = "intercom-roster-1"
    /// Bytes of the last line.
    private static let signatureSize = "signature ".utf8.count + 128 + 1

    /// The first eight bytes of SHA-256 of a text, high byte first, by which stations refer to it.
    static func reference(of text: [UInt8]) -> UInt64 {
        SHA256.reference(of: SHA256.hash(text.span))
    }

    /// Whether a text is 1 to 31 letters a to z, digits and hyphens, without a hyphen first.
    static func isName(_ text: String) -> Bool {
        (1...31).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            }
    }
}

/// Why a roster cannot be changed in some way.
public enum RosterChangeError: Error, Equatable, Sendable {
    case nameIsTaken
    case keyIsKnown(as: String)
    case isUnknown
    case isNoName
    case isFull
    case hasAllChannels
    /// A channel names a station that the site does not have.
    case isNoStation(String)
    /// The counter can grow no more.
    case isAtItsEnd
    /// The changed roster would be longer than a roster may be.
    case isTooLong
}

extension Roster {
    /// A channel of the site: a name for some of its stations, or for all.
    ///
    /// It only groups: each station's policy decides what other stations may do there.
    public struct Channel: Equatable, Sendable {
        public let name: String
        /// The names of its stations, in order; nil for all stations of the site, now and later.
        public internal(set) var members: [String]?

        /// Nil for a name that cannot be in a roster, and for a channel without stations.
        public init?(name: String, members: [String]?) {
            guard Roster.isName(name), members?.isEmpty != true else { return nil }
            self.name = name
            self.members = members.map { Set($0).sorted() }
        }

        /// Whether a station is in the channel.
        public func includes(_ station: String) -> Bool { members?.contains(station) ?? true }
    }

    /// The most channels, as in the settings of a station.
    public static let channelsMax = 16

    /// Makes a channel, or gives it other stations.
    ///
    /// - Throws: a station that the site does not have, a name that a station has, a full roster.
    public mutating func set(_ channel: Channel) throws(RosterChangeError) {
        guard station(named: channel.name) == nil else { throw .nameIsTaken }
        if let other = channel.members?.first(where: { station(named: $0) == nil }) {
            throw .isNoStation(other)
        }
        let others = channels.filter { $0.name != channel.name }
        guard others.count < Self.channelsMax else { throw .hasAllChannels }
        try change(to: stations, others + [channel])
    }

    /// Takes a channel away.
    public mutating func remove(channel name: String) throws(RosterChangeError) {
        guard channels.contains(where: { $0.name == name }) else { throw .isUnknown }
        try change(to: stations, channels.filter { $0.name != name })
    }

    /// The channels after a station is renamed, or removed (nil); an empty channel ends.
    static func channels(
        _ channels: [Channel], with name: String, called other: String?
    ) -> [Channel] {
        channels.compactMap { channel in
            guard var members = channel.members, members.contains(name) else { return channel }
            members.removeAll { $0 == name }
            if let other { members.append(other) }
            return Channel(name: channel.name, members: members)
        }
    }
}

/// Why a text is no roster, in words that follow the name of its file.
public enum RosterFault: Error, Equatable, Sendable {
    /// Another kind of file, or another version.
    case foreign
    /// This line is not a valid line of a roster.
    case line(Int)
    /// Well formed, but not signed by the key that it names.
    case signature
}

extension RosterFault: CustomStringConvertible {
    public var description: String { fix.map { "\(finding); \($0)" } ?? finding }

    /// The fault, in words that follow the name of the file.
    public var finding: String {
        switch self {
        case .foreign: "is no roster of a site"
        case .line(let number): "is damaged or cut short at line \(number)"
        case .signature: "is not signed by its site's key: it was changed on the way, or is forged"
        }
    }

    /// The remedy, if any.
    public var fix: String? {
        switch self {
        case .foreign: "intercomctl site export prints one"
        case .line: "export it again"
        case .signature: nil
        }
    }
}

extension Roster {
    /// Reads the text of a roster, and verifies its signature.
    ///
    /// - Throws: For any text that `signed` does not write.
    public init(parsing text: [UInt8]) throws(RosterFault) {
        guard text.count <= Self.sizeMax else { throw .foreign }
        // Invalid UTF-8 is replaced, and then matches no roster.
        var lines = String(decoding: text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        guard lines.first == Self.title else { throw .foreign }
        guard lines.count >= 5, lines.removeLast().isEmpty else { throw .line(lines.count) }
        let last = lines.removeLast()
        guard
            let signature = Self.words(last, "signature", count: 1...1).flatMap({
                Signature(text: $0[0])
            })
        else { throw .line(lines.count + 1) }
        guard let site = Self.words(lines[1], "site", count: 2...2), Self.isName(site[0]),
            let key = VerifyingKey(text: site[1])
        else { throw .line(2) }
        guard let count = Self.words(lines[2], "counter", count: 1...1),
            let counter = UInt64(count[0]), counter > 0
        else { throw .line(3) }
        var stations: [Station] = []
        var channels: [Channel] = []
        for (place, line) in lines.enumerated().dropFirst(3) {
            if channels.isEmpty, let station = Self.station(line),
                stations.count < Self.stationsMax,
                stations.last.map({ $0.name < station.name }) ?? true,
                !stations.contains(where: { $0.key == station.key })
            {
                stations.append(station)
            } else if let channel = Self.channel(line, of: stations),
                channels.count < Self.channelsMax,
                channels.last.map({ $0.name < channel.name }) ?? true
            {
                channels.append(channel)
            } else {
                throw .line(place + 1)
            }
        }
        self.init(
            name: site[0], key: key, counter: counter, stations: stations, channels: channels)
        let body = Array(self.body.utf8)
        // A text in another form, for example with capital letters or a leading zero.
        guard let other = zip(body, text).enumerated().first(where: { $1.0 != $1.1 })?.offset
        else {
            guard key.verifies(signature, of: body.span) else { throw .signature }
            let whole = body + Array("signature \(signature.text)\n".utf8)
            guard text == whole else { throw .line(lines.count + 1) }
            return
        }
        throw .line(text[..<other].count { $0 == UInt8(ascii: "\n") } + 1)
    }

    private static func station(_ line: String) -> Station? {
        guard let words = words(line, "station", count: 2...3), let key = PublicKey(text: words[1])
        else { return nil }
        let addresses =
            words.count < 3
            ? [] : words[2].split(separator: ",", omittingEmptySubsequences: false)
        return Station(name: words[0], key: key, addresses: addresses.map { String($0) })
    }

    private static func channel(_ line: String, of stations: [Station]) -> Channel? {
        guard let words = words(line, "channel", count: 2...2),
            !stations.contains(where: { $0.name == words[0] })
        else { return nil }
        if words[1] == "*" { return Channel(name: words[0], members: nil) }
        let members = words[1].split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0) }
        guard members.allSatisfy({ name in stations.contains { $0.name == name } }) else {
            return nil
        }
        return Channel(name: words[0], members: members)
    }

    /// The words after the first one, which must be `title`; nil unless `count` has their number.
    private static func words(
        _ line: String, _ title: String, count: ClosedRange<Int>
    ) -> [String]? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.first.map({ $0 == title }) == true, count.contains(words.count - 1) else {
            return nil
        }
        return words.dropFirst().map { String($0) }
    }
}

/// A station's verdict on a roster that it receives.
public enum RosterVerdict: Equatable, Sendable {
    /// The roster is the first one, or newer than the held one.
    case newer
    /// The roster is the held one.
    case known
    /// A newer roster is held: an old one was sent again.
    case older(held: UInt64)
    /// The introducer has made two of one number; the held one stays until a newer one comes.
    case forked
    /// The roster is of another site, and this station is in one already.
    case foreign
}

extension Roster {
    /// The verdict on this roster, beside the held one, if any.
    ///
    /// Rosters are compared by their lines, not by their signatures.
    public func verdict(over held: Roster?) -> RosterVerdict {
        guard let held else { return .newer }
        guard held.key == key else { return .foreign }
        if counter > held.counter { return .newer }
        if counter < held.counter { return .older(held: held.counter) }
        return self == held ? .known : .forked
    }

    /// Whether both rosters have the same stations and channels.
    public func says(theSameAs other: Roster) -> Bool {
        stations == other.stations && channels == other.channels
    }
}

/// The form of an address in a roster: ADDRESS of protocol.md §4.3.
///
/// The settings of a peer accept only addresses of this form, and refuse some, such as `1.2.3`.
enum RosterAddress {
    /// Whether a text is HOST, HOST:PORT, IPV6, [IPV6] or [IPV6]:PORT.
    static func isOne(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            return isIPv6(bytes[1..<close]) && isPort(bytes[(close + 1)...])
        }
        let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
        guard colons.count < 2 else { return isIPv6(bytes[...]) }
        let end = colons.first ?? bytes.count
        return isHost(bytes[..<end]) && isPort(bytes[end...])
    }

    /// 1 to 253 letters, digits, `-`, `_` and `.`, without `-` or `.` first.
    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...253).contains(bytes.count) && bytes.allSatisfy { ofHost.contains($0) }
            && bytes.first != UInt8(ascii: "-") && bytes.first != UInt8(ascii: ".")
    }

    /// 2 to 45 hex digits, `:` and `.`, with at least two `:`; then perhaps `%` and 1 to 15
    /// characters of a host.
    private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        let place = bytes.firstIndex(of: UInt8(ascii: "%")) ?? bytes.endIndex
        let (address, zone) = (bytes[..<place], bytes[place...].dropFirst())
        guard (2...45).contains(address.count),
            address.count(where: { $0 == UInt8(ascii: ":") }) > 1,
            address.allSatisfy({ ofIPv6.contains($0) })
        else { return false }
        return place == bytes.endIndex
            || (1...15).contains(zone.count) && zone.allSatisfy { ofHost.contains($0) }
    }

    /// Nothing, or `:` and 1 to 65535 without a leading zero.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let colon = bytes.first else { return true }
        let number = bytes.dropFirst()
        guard colon == UInt8(ascii: ":"), (1...5).contains(number.count),
            number.allSatisfy({ digits.contains($0) }), number.first != UInt8(ascii: "0")
        else { return false }
        return number.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65_535
    }

    private static let ofHost = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    private static let ofIPv6 = Set("abcdefABCDEF0123456789:.".utf8)
    private static let digits = Set("0123456789".utf8)
}
