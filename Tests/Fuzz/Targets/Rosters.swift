internal import Peering

extension FuzzTarget {
    /// A roster of a site, up to its signature, which nobody finds by trying.
    static let roster = FuzzTarget(name: "roster") { bytes, isPlanted in
        do throws(RosterFault) {
            let roster = try Roster(parsing: bytes.array)
            precondition(roster.stations.count <= Roster.stationsMax)
            precondition(roster.verdict(over: roster) == .known)
        } catch {
            _ = "\(error)"
            planted(isPlanted, at: error == .signature)
        }
    }
}
