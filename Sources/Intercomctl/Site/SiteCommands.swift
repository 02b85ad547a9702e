internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report

/// `site init NAME`: makes this station introduce a new site, or its present site under a new key.
func beginSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    var book = try SiteBook(invocation)
    guard try mayBegin(book, invocation) else { return try printUnchanged() }
    let key = SigningKey.random()
    // A site is taken over if its introducer is lost or no longer trusted.
    let begun =
        book.held.map { Roster(name: name, key: key.verifyingKey, takingOver: $0) }
        ?? Roster(name: name, key: key.verifyingKey)
    guard var roster = begun else {
        throw Failure("\(name) cannot be the name of a site")
    }
    if book.held == nil {
        try RosterChange.add(try station(book.ownName, book.own, invocation)).apply(to: &roster)
    }
    do throws(StateError) {
        try KeyStore.write(siteKey: key, book.paths)
    } catch { throw error.failure }
    try book.adopt(roster, text: Array(roster.signed(by: key).utf8))
    var report = PeerReport(name: name, fingerprint: roster.key.fingerprint)
    report.namesFormerIntroducers = true
    report.add("site \(name); the digits of its key: \(roster.key.fingerprint)")
    if let held = book.held {
        for line in book.told { report.add(line) }
        report.add(
            "in it, by list \(held.counter) of before:"
                + " \(roster.stations.map { $0.name }.joined(separator: ", "))")
        // Whoever stole the former key may have introduced a station.
        let notes = (try? statusNow(invocation))?.notes ?? []
        for note in notes where note.code == "site_changed" { report.add(note.text) }
        // A second station shows the site even if the owner of the former key takes this one out.
        report.add("on a second station, comparing the digits: intercomctl site join")
        report.add("take out what is not to be in it: sudo intercomctl site remove NAME")
        report.add(
            "then at once on each other station: intercomctl site join; the owner of the former key"
                + " can take stations out where that is still in use")
        report.add(
            "where no peer shows the site to a station: intercomctl pair --join --move there, and"
                + " sudo intercomctl pair --join CODE here")
    } else {
        report.add(
            "to introduce a station: intercomctl pair --join there, which shows a code; then"
                + " sudo intercomctl pair --join CODE here")
    }
    report.add(
        "keep \(SiteFiles.keyPath(book.paths)) secret: its owner can introduce a station that"
            + " listens")
    return try report.reloadAndPrint(invocation)
}

/// Asks whether to begin the site; refuses where it cannot begin.
private func mayBegin(
    _ book: SiteBook, _ invocation: borrowing Invocation
) throws(Failure) -> Bool {
    let hasKey = try siteKey(book.paths) != nil
    if let held = book.held {
        guard !invocation.isTakingOver else {
            let loss = "under a new key each other station has to join the site anew, by hand"
            return try isMeant("Go on", because: loss, invocation)
        }
        throw Failure(
            hasKey
                ? "this station introduces the site \(held.name) already; next:"
                    + " sudo intercomctl pair --join"
                : "this station is in the site \(held.name); to leave it: sudo intercomctl site"
                    + " leave; to introduce its stations under a new key: --take-over")
    }
    guard !invocation.isTakingOver else {
        throw Failure("this station is in no site whose stations it could take over")
    }
    guard !hasKey else {
        throw Failure(
            "there is a key of a site, \(SiteFiles.keyPath(book.paths)), and no roster: remove it"
                + " if that site is no more")
    }
    return true
}

/// `site add NAME [KEY]`: introduces a station.
func addToSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    try introduce(
        try peerName(invocation.arguments[0]), invocation.arguments.dropFirst().first, invocation)
}

/// Adds a station to the roster; without a typed key, uses the key of the peer with this name.
func introduce(
    _ name: String, _ typed: String?, _ invocation: borrowing Invocation
) throws(Failure) -> ExitCode {
    _ = try SiteBook.introduced(invocation)
    let key = try stationKey(of: name, typed, invocation)
    let change = RosterChange.add(try station(name, key, invocation))
    return try SiteBook.change(change, telling: "introduced \(name)", invocation)
}

/// Introduces a station that was just paired, unless it is in the site already.
func introduce(paired name: String, _ invocation: borrowing Invocation) throws(Failure) -> ExitCode
{
    let site = try SiteBook.introduced(invocation)
    let key = try stationKey(of: name, nil, invocation)
    guard let station = site.held?.station(with: key) else {
        return try introduce(name, nil, invocation)
    }
    var report = PeerReport(name: station.name, fingerprint: key.fingerprint)
    report.add("\(station.name) is in the site already")
    return try report.reloadAndPrint(invocation)
}

/// `site remove NAME`: takes a station out.
func removeFromSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let site = try SiteBook.introduced(invocation)
    let key = site.held?.station(named: name)?.key
    // A typing mistake would cut off another station everywhere.
    if let key, key != site.own, !invocation.isYes, !invocation.isJSON, Keyboard.isThere,
        !isAgreed("Take \(name) out, at all stations of the site? [no]")
    {
        return try printUnchanged()
    }
    return try SiteBook.change(.remove(name), telling: "took out \(name)", invocation)
}

/// `site rename NAME NEW`: gives a station another name.
func renameInSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let (name, other) = (
        try peerName(invocation.arguments[0]), try peerName(invocation.arguments[1])
    )
    guard name != other else { throw Failure.usage("that is its name already") }
    if ReservedName.meaning(ofPeer: other) != nil {
        throw Failure("a station of a site cannot be called \(other): that has a meaning")
    }
    return try SiteBook.change(
        .rename(name, other), telling: "\(name) is called \(other)", invocation)
}

/// `site replace NAME KEY|PEER`: introduces the successor of a station.
func replaceInSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    let successor = invocation.arguments[1]
    let peer = isName(successor) ? successor : nil
    let site = try SiteBook.introduced(invocation)
    let key = try stationKey(of: peer ?? name, peer == nil ? successor : nil, invocation)
    guard try mayReplace(name, of: site.held, by: key, peer ?? key.short, invocation) else {
        return try printUnchanged()
    }
    let change = RosterChange.replace(name, try station(name, key, invocation), peer: peer)
    return try SiteBook.change(change, telling: "replaced \(name)", invocation)
}

/// Asks before a station that is up is put out: its name may be a typing mistake.
private func mayReplace(
    _ name: String, of roster: Roster?, by successor: PublicKey, _ called: String,
    _ invocation: borrowing Invocation
) throws(Failure) -> Bool {
    guard let key = roster?.station(named: name)?.key, key != successor,
        // Without a daemon, no station is known to be up.
        let peer = try? statusNow(invocation).peers.first(where: {
            $0.fingerprint == key.short
        }), peer.state == .up
    else { return true }
    // A station that has lost its power counts as up for a while.
    return try isMeant(
        "Put it out, and give its name to \(called)",
        because: "\(name) was heard \(age(seconds: peer.heardAgeSeconds ?? 0)) ago", invocation)
}

private func station(
    _ name: String, _ key: PublicKey, _ invocation: borrowing Invocation
) throws(Failure) -> Roster.Station {
    // With a known address, other stations need not search for it.
    let known = try PeerBook(invocation).config().peers.first {
        PublicKey(text: $0.key) == key
    }
    let places = (known?.addresses ?? []).map { $0.description }.joined(separator: ",")
    let address = try peerAddress(invocation.address ?? (places.isEmpty ? "-" : places))
    let addresses = address.split(separator: ",").map { part in String(part.drop { $0 == " " }) }
    if ReservedName.meaning(ofPeer: name) != nil {
        throw Failure("a station of a site cannot be called \(name): that has a meaning")
    }
    guard let station = Roster.Station(name: name, key: key, addresses: addresses) else {
        throw Failure("\(name) with the address \(address) cannot be in a roster")
    }
    return station
}

/// Reads the typed key, or else the key of the peer with this name.
private func stationKey(
    of name: String, _ typed: String?, _ invocation: borrowing Invocation
) throws(Failure) -> PublicKey {
    if let typed { try pastedKey(typed) } else { try PeerBook(invocation).key(of: name) }
}

/// Reads the secret of the site that this station introduces; nil if it introduces none.
func siteKey(_ paths: Paths) throws(Failure) -> SigningKey? {
    try attempt { () throws(StateError) in try KeyStore.siteKey(paths) }
}

/// Whether this station introduces a site; nil where this user may not see that.
func hasSiteKey(_ paths: Paths) throws(Failure) -> Bool? {
    try attempt { () throws(StateError) in try KeyStore.hasSiteKey(paths) }
}

/// `site channel NAME STATION...|all|-`: makes, changes or removes a channel of the site.
func setSiteChannel(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let name = try peerName(invocation.arguments[0])
    if let meaning = ReservedName.meaning(ofPeer: name) {
        throw Failure("a channel cannot be called \(name): that means \(meaning)")
    }
    let words = invocation.arguments.dropFirst().flatMap { word in
        word.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    }
    if words == ["-"] {
        return try SiteBook.change(
            .removeChannel(name), telling: "took away the channel \(name)", invocation)
    }
    var members: [String]?
    if words != ["all"] {
        guard !words.contains("all"), !words.contains("-") else {
            throw Failure.usage("all, and - to end the channel, stand alone")
        }
        members = []
        for word in words { members?.append(try peerName(word)) }
    }
    guard let channel = Roster.Channel(name: name, members: members) else {
        throw Failure.usage("name the stations of the channel \(name), or write all")
    }
    let shown = channel.members?.joined(separator: ", ") ?? "all stations"
    return try SiteBook.change(.set(channel), telling: "channel \(name): \(shown)", invocation)
}
