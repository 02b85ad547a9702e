extension Roster {
    /// A channel of the site: a name for some of its stations, or for all.
    ///
    /// It groups, and allows nothing: what a station may do at another one is that one's policy.
    public struct Channel: Equatable, Sendable {
        public let name: String
        /// The names of its stations, in order; nil for all that the site has, and will have.
        public internal(set) var members: [String]?

        /// Nil for a name that cannot be in a roster, and for a channel without stations.
        public init?(name: String, members: [String]?) {
            guard Roster.isName(name), members?.isEmpty != true else { return nil }
            self.name = name
            self.members = members.map { Set($0).sorted() }
        }

        /// Whether a station is in it.
        public func includes(_ station: String) -> Bool { members?.contains(station) ?? true }
    }

    /// As many as the settings of a station may have.
    public static let channelsMax = 16

    /// Makes a channel, or gives it other stations.
    ///
    /// - Throws: a station that the site does not have, a name that a station has, a full roster.
    public mutating func set(_ channel: Channel) throws(RosterChangeError) {
        guard !stations.contains(where: { $0.name == channel.name }) else { throw .nameIsTaken }
        if let other = channel.members?.first(where: { name in
            !stations.contains { $0.name == name }
        }) {
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

    /// Channels when a station has another name, or is in the site no more (nil); one that only it
    /// was in ends.
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
