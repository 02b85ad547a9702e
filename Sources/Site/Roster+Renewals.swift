public import Crypto

/// Stations with which the others begin anew (protocol.md §4.3): one that has lost the psks that it
/// had made with them has no session with any, as they insist on it.
extension Roster {
    /// Has the pairs of a station make new psks.
    ///
    /// - Throws: a station that the site does not have, a roster that can grow no more.
    public mutating func renew(_ name: String) throws(RosterChangeError) {
        guard stations.contains(where: { $0.name == name }) else { throw .isUnknown }
        guard counter < UInt64.max else { throw .isAtItsEnd }
        let others =
            renewals.filter { $0.name != name } + [Renewal(name: name, number: counter + 1)]
        try change(to: stations, channels, others.sorted { $0.name < $1.name })
    }

    /// One of these lines.
    struct Renewal: Equatable, Sendable {
        let name: String
        /// Of the roster that first had it.
        let number: UInt64
    }

    /// Whether a station has been renewed since another roster was held.
    public func isRenewed(_ key: PublicKey, since before: Roster?) -> Bool {
        guard let before, let now = renewal(of: key) else { return false }
        // The numbers of another site say nothing of this one's.
        return before.key != self.key || before.renewal(of: key) != now
    }

    private func renewal(of key: PublicKey) -> UInt64? {
        guard let name = stations.first(where: { $0.key == key })?.name else { return nil }
        return renewals.first { $0.name == name }?.number
    }

    /// Renewals when a station comes to these.
    ///
    /// One that comes anew may have been here before: it has psks still that the others have not.
    func renewals(with station: Station, among others: [Station]) -> [Renewal] {
        var all = renewals(of: others + [station])
        let isNew = !stations.isEmpty && self.station(with: station.key) == nil
        if isNew, counter < UInt64.max {
            all.append(Renewal(name: station.name, number: counter + 1))
        }
        return all.sorted { $0.name < $1.name }
    }

    /// Renewals when the stations are others: by key, as one may have another name.
    func renewals(of others: [Station]) -> [Renewal] {
        others.compactMap { station in
            renewal(of: station.key).map { Renewal(name: station.name, number: $0) }
        }.sorted { $0.name < $1.name }
    }
}
