internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report

/// `site list`: prints the site and its stations, from the roster in use.
func listSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let paths = ConfigFolder(invocation.configFolder).paths
    let roster = try SiteBook.roster(paths)
    // Only the daemon knows the rosters of the other stations.
    let now = (try? statusNow(invocation))?.site
    let behind = now?.number == roster.map { Int(clamping: $0.counter) } ? now?.behind : nil
    if invocation.isJSON {
        try printLine(json(of: roster, behind: behind))
        return .ok
    }
    guard let roster else {
        try printLine("this station is in no site")
        return .ok
    }
    try printLine("site \(roster.name), number \(roster.counter)")
    try printLine("the digits of its key: \(roster.key.fingerprint)")
    let seesKey = try hasSiteKey(paths) == true
    if seesKey || now?.introduces == true { try printLine("this station introduces") }
    for name in now?.introducers ?? [] { try printLine("\(name.visible) introduces") }
    let table = Table(["STATION", "HAS IT", "ADDRESS", "FINGERPRINT"], roster.stations) { station in
        let address = station.addresses.joined(separator: ", ")
        // A roster that was made elsewhere may have the same number.
        let older = now?.older.first { $0.station == station.name }.map {
            $0.number == now?.number ? "another \($0.number)" : "no, \($0.number)"
        }
        let mark = behind.map { $0.contains(station.name) ? older ?? "?" : "yes" } ?? "-"
        return [station.name, mark, address.isEmpty ? "-" : address, station.key.fingerprint]
    }
    try printText(table.text)
    if behind == nil {
        try printLine("intercomd does not say which stations have this number")
    } else if behind?.isEmpty == false {
        try printLine(
            "a number is that of the list it has; ? is not known to have one: it is off, has not"
                + " joined, or has not changed over to this key; in the site, a station takes the"
                + " newest list from any that it meets")
    }
    let config = try? PeerBook(invocation).config()
    for station in roster.stations {
        guard let config, let peer = config.peers.first(where: { $0.key == station.key.text }),
            peer.name != station.name
        else { continue }
        var words = ""
        if config.names(peer: peer.name) {
            words = ", as settings name it\(config.place(ofPeer: peer.name))"
        } else if peer.isLearned, config.isFree(station.name),
            config.site.introductions != .from(peer.name)
        {
            words =
                "; for the site's name: sudo intercomctl peer rename \(peer.name) \(station.name)"
        }
        try printLine("\(station.name) is \(peer.name) here\(words)")
    }
    guard !roster.channels.isEmpty else { return .ok }
    let channels = Table(["CHANNEL", "STATIONS"], roster.channels) { channel in
        [channel.name, channel.members?.joined(separator: ", ") ?? "all"]
    }
    try printText("\n\(channels.text)")
    return .ok
}

private func json(of roster: Roster?, behind: [String]?) -> JSON {
    var json = JSON.result()
    json.set("site", roster.map { JSON($0.name) } ?? .null())
    json.set("fingerprint", roster.map { JSON($0.key.fingerprint) } ?? .null())
    json.set("number", roster.map { JSON(Int(clamping: $0.counter)) } ?? .null())
    let stations = JSON.list(roster?.stations ?? []) { station in
        var one = JSON.object()
        one.set("name", JSON(station.name))
        one.set("key", JSON(station.key.text))
        one.set("addresses", JSON.list(station.addresses))
        return one
    }
    json.set("stations", stations)
    json.set("behind", behind.map { JSON.list($0) } ?? .null())
    let channels = JSON.list(roster?.channels ?? []) { channel in
        var one = JSON.object()
        one.set("name", JSON(channel.name))
        one.set("stations", channel.members.map { JSON.list($0) } ?? .null())
        return one
    }
    json.set("channels", channels)
    return json
}

/// `site export`: prints the roster in use, as it was signed.
func exportSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let paths = ConfigFolder(invocation.configFolder).paths
    // A damaged roster is not passed on.
    guard try SiteBook.roster(paths) != nil, let text = try SiteBook.text(paths) else {
        throw Failure("this station is in no site")
    }
    try printText(String(decoding: text, as: UTF8.self))
    return .ok
}

/// `site leave`: forgets the site, the peers that came with it, and its key.
func leaveSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var book = try SiteBook(invocation)
    guard let held = book.held else { throw Failure("this station is in no site") }
    let introduces = try siteKey(book.paths) != nil
    if let lost = try PeerBook(invocation).config().buttonsOfSite.first {
        throw Failure(
            "the button \(lost.button) names the channel \(lost.channel), and without the site this"
                + " station has none of that name; nothing is changed. Give the button another"
                + " target at \(lost.origin), or write a [channel \(lost.channel)] there; then,"
                + " again: sudo intercomctl site leave")
    }
    if introduces {
        let loss =
            "this station introduces the site \(held.name), and erases its key: without a copy,"
            + " nobody can change the site then, but take it over"
        guard try isMeant("Leave it", because: loss, invocation) else {
            return try printUnchanged()
        }
    }
    let now = SiteStatus(at: invocation)
    let isAlone =
        now.left.isEmpty && !now.offers.contains { $0.name == held.name }
        && formerIntroducers(invocation).isEmpty
    try book.adopt(nil, text: nil)
    // Last: with a roster and no key, this station would seem to be introduced by another.
    try attempt { () throws(StateError) in try KeyStore.removeSiteKey(book.paths) }
    var report = PeerReport(name: held.name)
    report.add("left the site \(held.name)")
    for line in book.told { report.add(line) }
    if introduces {
        // Where another key is in use, the others go on with that.
        if held.stations.count > 1, isAlone {
            report.add(
                "for the others to go on, on one of them: sudo intercomctl site init \(held.name)"
                    + " --take-over")
        }
    } else if let station = held.station(with: book.own) {
        report.add(
            "its list has this station still, unless it was taken out before: \(now.place.visible):"
                + " sudo intercomctl site remove \(station.name)")
    }
    let left = try PeerBook(invocation).names
    if !left.isEmpty {
        report.add(
            "peers that did not come with it stay: \(left.joined(separator: ", "))"
                + " (sudo intercomctl peer remove)")
    }
    return try report.reloadAndPrint(invocation)
}
