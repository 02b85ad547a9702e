internal import Crypto
internal import Peering
internal import Report
internal import Time

/// The stations that newer lists of the site have taken out and introduced, for a day.
///
/// A list that is signed with a stolen key looks like any other: only a person can tell.
struct RosterChanges {
    private static let shownFor = Duration.seconds(86_400)

    private var (removed, introduced): ([String], [String]) = ([], [])
    /// The key of the site, and when the newest of these lists came.
    private var newest: (key: VerifyingKey, cameAt: Instant)?

    /// Notes the difference between a list that came from a peer and the one held before.
    ///
    /// - Returns: Whether a station has gone or come.
    mutating func note(_ roster: Roster, after held: Roster, at now: Instant) -> Bool {
        let gone = Self.names(in: held, notIn: roster)
        let new = Self.names(in: roster, notIn: held)
        guard !gone.isEmpty || !new.isEmpty else { return false }
        if !isShown(for: roster, at: now) { (removed, introduced) = ([], []) }
        newest = (roster.key, now)
        // A list that makes a change good again does not hide it.
        Self.add(gone, to: &removed)
        Self.add(new, to: &introduced)
        return true
    }

    /// The note for a person; nil if no station has gone or come within a day, or since the site
    /// has another key.
    func fault(of roster: Roster, at now: Instant) -> Fault? {
        guard isShown(for: roster, at: now) else { return nil }
        let changes = [("took out", removed), ("introduced", introduced)].compactMap {
            $1.isEmpty ? nil : "\($0) \($1.joined(separator: ", "))"
        }
        return Fault(
            "site_changed",
            "lately the site \(roster.name) \(changes.joined(separator: ", and "))",
            fix: "if none of your own people did that, its key is stolen; at a station that you"
                + " trust: sudo intercomctl site init \(roster.name) --take-over")
    }

    private func isShown(for roster: Roster, at now: Instant) -> Bool {
        newest.map { $0.key == roster.key && now < $0.cameAt + Self.shownFor } ?? false
    }

    private static func names(in roster: Roster, notIn other: Roster) -> [String] {
        roster.stations.filter { other.station(with: $0.key) == nil }.map { $0.name }
    }

    /// Adds names, up to a bound on what lists can make this station keep.
    private static func add(_ names: [String], to list: inout [String]) {
        list += names.filter { !list.contains($0) }.prefix(Roster.stationsMax - list.count)
    }
}
