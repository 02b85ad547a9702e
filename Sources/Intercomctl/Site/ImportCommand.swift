internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// `site import [FILE]`: makes the stations of a roster peers of this one; with `--key` this one
/// their introducer, in place of another one.
func importSite(_ invocation: borrowing Invocation) throws(Failure) -> ExitCode {
    let file = invocation.arguments.first
    var key: SigningKey?
    var signer: VerifyingKey?
    if invocation.hasSiteKey {
        let found = try SiteKeyOnTheWay.receive(file)
        signer = found.verifyingKey
        key = consume found
    }
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
    guard signer ?? roster.key == roster.key else {
        throw Failure("that is not the key of the site \(roster.name); nothing is changed")
    }
    var book = try SiteBook(invocation)
    let isNews = try isNews(roster, in: book, withKey: signer != nil)
    if book.held == nil {
        let question = SiteQuestion(
            name: roster.name, stations: roster.stations.count, digits: roster.key.fingerprint)
        guard try question.isConfirmed(invocation, mayAsk: file != nil) else {
            return try printUnchanged()
        }
    }
    if isNews { try book.adopt(roster, text: text) }
    var report = PeerReport(name: roster.name, fingerprint: roster.key.fingerprint)
    report.add("site \(roster.name), number \(max(roster.counter, book.held?.counter ?? 0))")
    for line in book.told { report.add(line) }
    if let key = key.take() {
        try write(siteKey: key, book.paths)
        try keep(isKeyShared: true, book.paths)
        report.add("this station introduces; on the one that did: \(SiteFiles.removal(book.paths))")
    } else if roster == book.held, book.told.isEmpty {
        report.add("it is in use already")
    }
    return try report.reloadAndPrint(invocation)
}

/// Whether a roster is to be taken; an older one is not, and does no harm beside the site's key.
///
/// - Throws: why it cannot be taken.
private func isNews(
    _ roster: Roster, in book: borrowing SiteBook, withKey hasKey: Bool
) throws(Failure) -> Bool {
    switch roster.verdict(over: book.held) {
    case .taken, .known: break
    case .older where hasKey: return false
    case .older(let held):
        throw Failure(
            "that roster is old: it has number \(roster.counter), and this station has \(held);"
                + " nothing is changed")
    case .forked:
        throw Failure(
            "there are two rosters of number \(roster.counter), signed by one key: somebody else"
                + " may have the site's key; nothing is changed (man intercomctl, site import)")
    case .foreign:
        throw Failure(
            "that is the site \(roster.name) with another key than this station's site has;"
                + " to change over: sudo intercomctl site leave")
    }
    guard roster.stations.contains(where: { $0.key == book.own }) else {
        throw Failure(
            "this station is not in that roster; at the one that introduces: sudo intercomctl"
                + " site add \(book.ownName) \(book.own.text)\n"
                + (book.held == nil ? "nothing is changed" : "to leave it: intercomctl site leave"))
    }
    return true
}

/// The lines of standard input; nothing follows a roster.
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

/// The secret of a site on its way to the station that is to introduce: the first line before the
/// roster, 64 digits.
enum SiteKeyOnTheWay {
    /// Writes the line to a program; never to a screen.
    static func send(_ invocation: borrowing Invocation) throws(Failure) {
        let book = try SiteBook(invocation)
        let key = try book.introducersKey(invocation)
        guard !Terminal.isInteractive(.result) else {
            throw Failure.usage(
                "the key of the site is for another station, and no screen: sudo intercomctl site"
                    + " export --key | ssh HOST sudo intercomctl site import --key")
        }
        // As `readSecret` refuses it; the shell has made the file.
        if let file = try? FileStore.status(of: "/dev/stdout"), file.isRegular,
            file.mode & 0o077 != 0
        {
            throw Failure.usage(
                "others can read the file that this goes to, so it has no key now: (umask 077; sudo"
                    + " intercomctl site export --key >NEW-FILE)")
        }
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        PSKFile.write(Key(copying: key.bytes), into: &bytes)
        try keep(isKeyShared: true, book.paths)
        try print(secret: text.bytes)
    }

    /// Reads the line from a program.
    static func receive(_ file: String?) throws(Failure) -> SigningKey {
        guard file == nil, !Keyboard.isThere else {
            throw Failure.usage(
                "the key of the site comes from the station that introduces, not a file:"
                    + " ssh HOST sudo intercomctl site export --key"
                    + " | sudo intercomctl site import --key")
        }
        var text = Secret(count: PSKFile.size)
        var bytes = text.mutableBytes
        let count = Keyboard.secretLine(into: &bytes) ?? 0
        let number = try? PSKFile.parse(text.bytes.extracting(first: count))
        guard let number, let key = SigningKey(number) else {
            throw Failure(
                "the input has no key of a site; at the station that introduces: sudo intercomctl"
                    + " site export --key")
        }
        return key
    }
}
