internal import Crypto
internal import Peering
internal import Report
internal import Time

/// The stations that newer lists of the site have taken out and introduced, each for a day.
///
/// A list that is signed with a stolen key looks like any other: only a person can tell.
struct RosterChanges {
    private struct Change {
        let station: Roster.Station
        let isRemoval: Bool
        let site: VerifyingKey
        let cameAt: Instant
    }

    private static let shownFor = Duration.seconds(86_400)
    /// The most that lists can make this station keep; the newest stay.
    private static let most = 2 * Roster.stationsMax

    private var changes: [Change] = []

    /// Notes the difference between a list that came from a peer and the one held before.
    ///
    /// - Returns: Whether a station has gone or come.
    mutating func note(_ roster: Roster, after held: Roster, at now: Instant) -> Bool {
        let gone = held.stations.filter { roster.station(with: $0.key) == nil }
        let new = roster.stations.filter { held.station(with: $0.key) == nil }
        for (stations, isRemoval) in [(gone, true), (new, false)] {
            changes += stations.map {
                Change(station: $0, isRemoval: isRemoval, site: roster.key, cameAt: now)
            }
        }
        changes = changes.suffix(Self.most).filter { now < $0.cameAt + Self.shownFor }
        return !gone.isEmpty || !new.isEmpty
    }

    /// The note for a person; nil if no station has gone or come within a day, or since the site
    /// has another key.
    ///
    /// A list that makes a change good again does not hide it.
    func fault(of roster: Roster, at now: Instant) -> Fault? {
        let shown = changes.filter { $0.site == roster.key && now < $0.cameAt + Self.shownFor }
        guard !shown.isEmpty else { return nil }
        let parts = [("took out", true), ("introduced", false)].compactMap { verb, isRemoval in
            let names = shown.filter { $0.isRemoval == isRemoval }.map { $0.station.name }
            return names.isEmpty ? nil : "\(verb) \(names.joined(separator: ", "))"
        }
        return Fault(
            "site_changed",
            "lately the site \(roster.name) \(parts.joined(separator: ", and "))",
            fix: "if none of your own people did that, its key is stolen; at a station that you"
                + " trust: sudo intercomctl site init \(roster.name) --take-over")
    }
}
