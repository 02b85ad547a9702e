internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Settings
internal import Site

/// `site list`: the site and its stations, from the roster in use.
func listSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let paths = ConfigFolder(invocation.configFolder).paths
    let roster = try SiteBook.roster(paths)
    if invocation.isJSON {
        try printLine(json(of: roster))
        return .ok
    }
    guard let roster else {
        try printLine("this station is in no site")
        return .ok
    }
    try printLine("site \(roster.name), number \(roster.counter)")
    try printLine("the digits of its key: \(roster.key.fingerprint)")
    if try hasSiteKey(paths) { try printLine("this station introduces") }
    var table = Table(["STATION", "ADDRESS", "FINGERPRINT"])
    for station in roster.stations {
        let address = station.addresses.joined(separator: ", ")
        table.add([station.name, address.isEmpty ? "-" : address, station.key.fingerprint])
    }
    try printText(table.text)
    guard !roster.channels.isEmpty else { return .ok }
    var channels = Table(["CHANNEL", "STATIONS"])
    for channel in roster.channels {
        channels.add([channel.name, channel.members?.joined(separator: ", ") ?? "all"])
    }
    try printText("\n\(channels.text)")
    return .ok
}

private func json(of roster: Roster?) -> JSON {
    var json = JSON.object()
    json.set("schema", JSON(1))
    json.set("site", roster.map { JSON($0.name) } ?? .null())
    json.set("fingerprint", roster.map { JSON($0.key.fingerprint) } ?? .null())
    json.set("number", roster.map { JSON(Int(clamping: $0.counter)) } ?? .null())
    var stations = JSON.array()
    for station in roster?.stations ?? [] {
        var one = JSON.object()
        one.set("name", JSON(station.name))
        one.set("key", JSON(station.key.text))
        var addresses = JSON.array()
        for address in station.addresses { addresses.append(JSON(address)) }
        one.set("addresses", addresses)
        stations.append(one)
    }
    json.set("stations", stations)
    var channels = JSON.array()
    for channel in roster?.channels ?? [] {
        var one = JSON.object()
        one.set("name", JSON(channel.name))
        one.set("stations", channel.members.map { names(in: $0) } ?? .null())
        channels.append(one)
    }
    json.set("channels", channels)
    return json
}

private func names(in members: [String]) -> JSON {
    var names = JSON.array()
    for name in members { names.append(JSON(name)) }
    return names
}

/// `site export`: the roster in use, as it was signed.
func exportSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let paths = ConfigFolder(invocation.configFolder).paths
    // One that is damaged is not passed on.
    guard try SiteBook.roster(paths) != nil, let text = try SiteBook.text(paths) else {
        throw Failure(.failed, "this station is in no site")
    }
    try printText(String(decoding: text, as: UTF8.self))
    return .ok
}

/// `site import [FILE]`: makes the stations of a roster peers of this one.
func importSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let file = invocation.arguments.first
    let text = if let file { try read(file) } else { try readInput() }
    let roster: Roster
    do throws(RosterFault) {
        roster = try Roster(parsing: text)
    } catch { throw Failure(.failed, "\(file ?? "the input") \(error)") }
    var book = try SiteBook(invocation)
    let verdict = roster.verdict(over: book.held)
    switch verdict {
    case .taken, .known: break
    case .older(let held):
        throw Failure(
            .failed,
            "that roster is old: it has number \(roster.counter), and this station has \(held);"
                + " nothing is changed")
    case .forked:
        throw Failure(
            .failed,
            "there are two rosters of number \(roster.counter), signed by one key: somebody else"
                + " may have the site's key; nothing is changed (man intercomctl, site import)")
    case .foreign:
        throw Failure(
            .failed,
            "that is the site \(roster.name) with another key than this station's site has;"
                + " to change over: sudo intercomctl site leave")
    }
    if book.held == nil {
        let question = SiteQuestion(
            name: roster.name, stations: roster.stations.count, digits: roster.key.fingerprint)
        guard try question.isConfirmed(invocation, mayAsk: file != nil) else {
            try printLine("nothing is changed")
            return .failed
        }
    }
    guard roster.stations.contains(where: { $0.key == book.own }) else {
        throw Failure(
            .failed,
            "this station is not in that roster; at the one that introduces: sudo intercomctl"
                + " site add \(book.ownName) \(book.own.text)\n"
                + (book.held == nil ? "nothing is changed" : "to leave it: intercomctl site leave"))
    }
    try book.adopt(roster, text: text)
    var report = PeerReport(name: roster.name, fingerprint: roster.key.fingerprint)
    report.add("site \(roster.name), number \(roster.counter)")
    for line in book.told { report.add(line) }
    if verdict == .known, book.told.isEmpty { report.add("it is in use already") }
    return try report.finish(invocation)
}

private func read(_ path: String) throws(Failure) -> [UInt8] {
    do throws(SystemError) {
        return try FileStore.read(path, limit: Roster.sizeMax)
    } catch { throw Failure(error) }
}

/// The lines of standard input; nothing follows a roster.
private func readInput() throws(Failure) -> [UInt8] {
    guard !Keyboard.isThere else {
        throw Failure(
            .usage,
            "the roster comes from another station: ssh HOST intercomctl site export | sudo"
                + " intercomctl site import\nor from a file: intercomctl site import FILE")
    }
    var text: [UInt8] = []
    while text.count <= Roster.sizeMax, let line = Keyboard.line() {
        text += Array("\(line)\n".utf8)
    }
    return text
}

/// `site leave`: forgets the site, and the peers that came with it.
func leaveSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    var book = try SiteBook(invocation)
    guard let held = book.held else { throw Failure(.failed, "this station is in no site") }
    guard try siteKey(book.paths) == nil else {
        throw Failure(.failed, SiteFiles.refusal(toLeave: held.name, book.paths))
    }
    try book.adopt(nil, text: nil)
    var report = PeerReport(name: held.name)
    report.add("left the site \(held.name)")
    for line in book.told { report.add(line) }
    return try report.finish(invocation)
}
