internal import Crypto
internal import Peering
internal import Report
internal import Time

/// The stations that newer lists of the site have taken out, introduced and renamed, for a day.
///
/// A list that is signed with a stolen key looks like any other: only a person can tell.
struct RecentSiteChanges {
    private struct Change {
        let what: String
        let name: String
        let site: VerifyingKey
        let cameAt: Instant
    }

    private static let shownFor = Duration.seconds(86_400)
    /// The most that lists can make this station keep; the newest stay.
    private static let most = 2 * Roster.stationsMax

    private var changes: [Change] = []

    /// Notes the difference between a list that came from a peer and the one held before.
    ///
    /// - Returns: Whether a station has gone, has come, or has another name.
    mutating func note(_ roster: Roster, after held: Roster, at now: Instant) -> Bool {
        var found: [(what: String, name: String)] = []
        for station in held.stations where roster.station(with: station.key) == nil {
            found.append(("took out", station.name))
        }
        for station in roster.stations {
            let former = held.station(with: station.key)?.name
            guard former != station.name else { continue }
            found.append(
                former.map { ("renamed", "\($0) to \(station.name)") }
                    ?? ("introduced", station.name))
        }
        changes += found.map {
            Change(what: $0.what, name: $0.name, site: roster.key, cameAt: now)
        }
        changes = changes.suffix(Self.most).filter { now < $0.cameAt + Self.shownFor }
        return !found.isEmpty
    }

    /// The note for a person, the newest change last; nil if there was none within a day, or since
    /// the site has another key.
    ///
    /// A list that makes a change good again does not hide it.
    func fault(of roster: Roster, at now: Instant) -> Fault? {
        let shown = changes.filter { $0.site == roster.key && now < $0.cameAt + Self.shownFor }
        guard !shown.isEmpty else { return nil }
        var words = "", last = ""
        for change in shown {
            let isSame = change.what == last
            words += isSame ? ", " : "\(words.isEmpty ? "" : "; ")\(change.what) "
            (words, last) = (words + change.name, change.what)
        }
        return Fault(
            "site_changed", "lately the site \(roster.name) \(words)",
            fix: "if none of your own people did that, its key is stolen; unless you have just"
                + " taken it over, at a station that you trust: sudo intercomctl site init"
                + " \(roster.name) --take-over")
    }
}
