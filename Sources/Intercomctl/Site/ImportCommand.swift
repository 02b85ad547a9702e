internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// `site import [FILE]`: makes the stations of a roster peers of this station.
func importSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let file = invocation.arguments.first
    let text =
        if let file {
            try attempt { () throws(SystemError) in
                try FileStore.read(file, limit: Roster.sizeMax)
            }
        } else { try readInput() }
    let roster: Roster
    do throws(RosterFault) {
        roster = try Roster(parsing: text)
    } catch { throw Failure("\(file ?? "the input") \(error)") }
    var book = try SiteBook(invocation)
    try check(roster, in: book)
    // Where the sites that were left cannot be read, it may be any.
    let left = try? SiteFiles.left(book.paths)
    let isOther = book.held?.key != roster.key
    let wasLeft = isOther && left?.contains { $0.site == roster.key.reference } != false
    if isOther {
        let question = SiteQuestion(
            name: roster.name, stations: roster.stations.count, digits: roster.key.fingerprint,
            leaving: book.held?.name, wasLeft: wasLeft)
        guard try question.isConfirmed(invocation, mayAsk: file != nil) else {
            return try printUnchanged()
        }
    }
    try book.adopt(roster, text: text)
    var report = PeerReport(name: roster.name, fingerprint: roster.key.fingerprint)
    report.namesFormerIntroducers = true
    report.add("site \(roster.name), number \(roster.counter)")
    if isOther, let held = book.held { report.add("left the site \(held.name)") }
    if wasLeft { report.add(SiteQuestion.doubt) }
    for line in book.told { report.add(line) }
    if roster == book.held, book.told.isEmpty { report.add("it is in use already") }
    return try report.reloadAndPrint(invocation)
}

/// Refuses a roster that cannot be adopted, with the reason.
private func check(_ roster: Roster, in book: borrowing SiteBook) throws(Failure) {
    switch roster.verdict(over: book.held) {
    case .newer, .known: break
    case .older(let held):
        throw Failure(
            "that roster is old: it has number \(roster.counter), and this station has \(held);"
                + " nothing is changed")
    case .forked:
        throw Failure(
            "there are two rosters of number \(roster.counter), signed by one key: somebody else"
                + " may have the site's key; nothing is changed (man intercomctl, site import)")
    case .foreign:
        // Its secret would stay here, and sign nothing.
        if let held = book.held, try siteKey(book.paths) != nil {
            throw Failure(SiteFiles.refusal(toLeave: held.name))
        }
    }
    guard roster.stations.contains(where: { $0.key == book.own }) else {
        throw Failure(
            "this station is not in that roster; at the one that introduces: sudo intercomctl"
                + " site add \(book.ownName) \(book.own.text)\n"
                + (book.held?.key != roster.key
                    ? "nothing is changed" : "to leave it: sudo intercomctl site leave"))
    }
}

/// Reads all lines of standard input; nothing follows a roster.
private func readInput() throws(Failure) -> [UInt8] {
    guard !Keyboard.isThere else {
        throw Failure.usage(
            "the roster comes from another station: ssh HOST intercomctl site export | sudo"
                + " intercomctl site import\nor from a file: intercomctl site import FILE")
    }
    var text: [UInt8] = []
    while text.count <= Roster.sizeMax, let line = Keyboard.line() {
        text += Array("\(line)\n".utf8)
    }
    return text
}
