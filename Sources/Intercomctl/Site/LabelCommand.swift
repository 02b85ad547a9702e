internal import Config
internal import Crypto
internal import HAL
internal import Settings
internal import Site

/// `site label [STATION...]`: what is to stand on the boxes of the site, to be printed and cut.
func printSiteLabels(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    guard let roster = try SiteBook.roster(ConfigFolder(invocation.configFolder).paths) else {
        throw Failure(.failed, "this station is in no site")
    }
    let known = roster.stations.map { $0.name }
    var wanted: [String] = []
    for word in invocation.arguments { wanted.append(try peerName(word)) }
    if let name = wanted.first(where: { !known.contains($0) }) {
        throw Failure(
            .failed, unknown("station", name, among: known, or: "intercomctl site list"))
    }
    let chosen = roster.stations.filter { wanted.isEmpty || wanted.contains($0.name) }
    try printText(chosen.map { label(of: $0, in: roster) }.joined(separator: "\n"))
    return .ok
}

/// The name, and the digits by which a person tells that it is this station.
private func label(of station: Roster.Station, in roster: Roster) -> String {
    var lines = ["\(station.name) (\(roster.name))", "fingerprint: \(station.key.fingerprint)"]
    if !station.addresses.isEmpty {
        lines.append("address: \(station.addresses.joined(separator: ", "))")
    }
    let channels = roster.channels.filter { $0.includes(station.name) }
    if !channels.isEmpty {
        lines.append("channels: \(channels.map { $0.name }.joined(separator: ", "))")
    }
    return lines.map { "\($0)\n" }.joined()
}
