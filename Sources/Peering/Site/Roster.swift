public import Crypto

/// The stations of a site, as its introducer lists them (protocol.md §4.3).
///
/// There is one way to write a roster: what is read must come out the same when it is written.
public struct Roster: Equatable, Sendable {
    /// One station.
    public struct Station: Equatable, Sendable {
        public let name: String
        public let key: PublicKey
        /// As the settings of a peer have them; empty where it is found on the LAN.
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
    /// The higher of two rosters of a site counts.
    public private(set) var counter: UInt64
    /// In the order of their names.
    public private(set) var stations: [Station]
    /// In the order of their names, none of which is a station's.
    public private(set) var channels: [Channel]

    /// The station that has this key.
    public func station(with key: PublicKey) -> Station? { stations.first { $0.key == key } }

    /// A site without stations; nil for a name that cannot be in a roster.
    public init?(name: String, key: VerifyingKey) {
        guard Self.isName(name) else { return nil }
        (self.name, self.key, counter) = (name, key, 1)
        (stations, channels) = ([], [])
    }

    /// The stations and channels of a site under another key; nil for a name that cannot be in a
    /// roster.
    public init?(name: String, key: VerifyingKey, takingOver held: Roster) {
        guard Self.isName(name) else { return nil }
        self.init(
            name: name, key: key, counter: 1, stations: held.stations, channels: held.channels)
    }

    /// For what was read and verified.
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
        !stations.contains { $0.name == name } && !channels.contains { $0.name == name }
    }

    /// Takes a station out, of its channels, too.
    public mutating func remove(_ name: String) throws(RosterChangeError) {
        guard stations.contains(where: { $0.name == name }) else { throw .isUnknown }
        try change(
            to: stations.filter { $0.name != name },
            Self.channels(channels, with: name, called: nil))
    }

    /// Puts a station in the place of another one, in its channels, too.
    ///
    /// One that is in the site already, under a name that its pairing gave it, is there once then.
    public mutating func replace(
        _ name: String, by station: Station
    ) throws(RosterChangeError) {
        guard stations.contains(where: { $0.name == name }) else { throw .isUnknown }
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
        guard let station = stations.first(where: { $0.name == name }) else { throw .isUnknown }
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

    /// The first eight bytes of SHA-256 of a text, high byte first, by which stations speak of it.
    static func reference(of text: [UInt8]) -> UInt64 {
        SHA256.reference(of: SHA256.hash(text.span))
    }

    /// 1 to 31 of a to z, digits and hyphens, no hyphen first.
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
    /// It would be longer than a roster may be.
    case isTooLong
}
