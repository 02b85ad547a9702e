internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time

/// The site that this station is in, from its files.
struct SiteBook {
    private let book: PeerBook
    let own: PublicKey
    let ownName: String
    /// The roster in use; nil where this station is in no site.
    let held: Roster?
    /// The lines about the change, for a person.
    private(set) var told: [String] = []

    init(_ invocation: borrowing Invocation) throws(Failure) {
        book = try PeerBook(invocation)
        guard let own = try ownKey(book.paths) else {
            throw Failure(
                "this station has no key yet; its first start makes it:"
                    + " sudo systemctl enable --now intercomd")
        }
        self.own = own
        ownName = try book.config().station.name
        held = try Self.roster(book.paths)
    }

    var paths: Paths { book.paths }

    /// Lists the names of all peers here, and their keys.
    func peers() throws(Failure) -> [(name: String, key: PublicKey)] {
        try book.config().peers.compactMap { peer in
            PublicKey(text: peer.key).map { (peer.name, $0) }
        }
    }

    /// Reads the roster in use.
    static func roster(_ paths: Paths) throws(Failure) -> Roster? {
        guard let text = try text(paths) else { return nil }
        do throws(RosterFault) {
            return try Roster(parsing: text)
        } catch { throw Failure("\(SiteFiles.path(paths)) \(error)") }
    }

    /// Reads the text of the roster in use.
    static func text(_ paths: Paths) throws(Failure) -> [UInt8]? {
        try attempt { () throws(StateError) in try SiteFiles.roster(paths) }
    }

    /// Makes the stations of a roster peers here, and keeps the roster's text; nil ends the site
    /// here.
    ///
    /// - Parameters:
    ///   - roster: The roster.
    ///   - text: Its text.
    ///   - former: The key that this command takes out.
    /// - Throws: files that cannot be read or written, or would be wrong.
    mutating func adopt(
        _ roster: Roster?, text: [UInt8]?, puttingOut former: PublicKey? = nil
    ) throws(Failure) {
        do throws(StateError) {
            var peers = SitePeers(book.files, own: own)
            try peers.adopt(roster, text: text, after: held, puttingOut: former)
            told = peers.told + peers.warnings
        } catch { throw error.failure }
    }
}

extension SiteBook {
    /// Returns the site that this station introduces.
    ///
    /// - Throws: That this station introduces no site, also to a user who may not read its files:
    ///   as root, they would learn no more.
    static func introduced(_ invocation: borrowing Invocation) throws(Failure) -> SiteBook {
        do throws(Failure) {
            let book = try SiteBook(invocation)
            _ = try book.introducersKey(invocation)
            return book
        } catch {
            let now = SiteStatus(at: invocation)
            guard let name = now.name, !now.introduces else { throw error }
            throw elsewhere(name.visible, now)
        }
    }

    private static func elsewhere(_ site: String, _ now: SiteStatus) -> Failure {
        Failure(
            "this station does not introduce the site \(site): type this at"
                + " \(now.introducer.visible)")
    }

    /// Returns the secret that signs the roster of the site.
    ///
    /// - Throws: That this station introduces no site, and the name of the one that does.
    func introducersKey(_ invocation: borrowing Invocation) throws(Failure) -> SigningKey {
        if let roster = held {
            if let key = try siteKey(paths), key.verifyingKey == roster.key { return key }
            throw Self.elsewhere(roster.name, SiteStatus(at: invocation))
        }
        throw Failure(
            "this station introduces no site; type this at the one that does, or begin one:"
                + " sudo intercomctl site init NAME")
    }

    /// Waits a moment until the stations that are up announce their rosters: after a start, they
    /// may be newer, as files here may have been restored.
    ///
    /// - Returns: Whether another station is known to have the roster that is held here.
    /// - Throws: That a station has a newer roster.
    private static func waitForOthers(
        _ others: Int, _ invocation: borrowing Invocation
    ) throws(Failure) -> Bool {
        let end = Clock.now() + .seconds(5)
        while others > 0, let status = try? statusNow(invocation),
            let number = status.site.number
        {
            let newer = status.site.older.first { $0.number > number }
            if newer == nil, number == 1 || status.site.behind.count < others { return true }
            let isAlone = !status.peers.contains {
                $0.state == .up && status.site.peers.contains($0.name)
            }
            if isAlone || Clock.now() > end {
                guard let newer else { return false }
                throw Failure(
                    "\(newer.station.visible) has number \(newer.number) of the list, and this"
                        + " station \(number): wait until it has come (intercomctl site list)")
            }
            Clock.sleep(.milliseconds(200))
        }
        return false
    }

    /// Changes the site that this station introduces, and signs the new roster.
    ///
    /// - Parameters:
    ///   - change: The change.
    ///   - what: The report of the change, for a person.
    ///   - invocation: The command line.
    /// - Returns: The exit code of the command.
    /// - Throws: That this station introduces no site, or why the change is not possible.
    static func change(
        _ change: RosterChange, telling what: String, _ invocation: borrowing Invocation
    ) throws(Failure) -> ExitCode {
        var book = try introduced(invocation)
        let others = (book.held?.stations.count ?? 1) - 1
        let isConfirmed = try waitForOthers(others, invocation)
        // A newer roster may have arrived meanwhile.
        book = try SiteBook(invocation)
        let key = try book.introducersKey(invocation)
        guard var roster = book.held else { throw Failure.misfit }
        if let name = change.former, roster.station(named: name)?.key == book.own {
            throw Failure("\(name) is this station, which introduces the others")
        }
        if case .replace(_, let station, _) = change, station.key == book.own {
            throw Failure("that is this station, which introduces the others")
        }
        let before = roster
        let peers = try book.peers()
        for name in change.subjects where roster.station(named: name) == nil {
            // The person may have typed the name that a station has here.
            let key = peers.first { $0.name == name }?.key
            guard let station = key.flatMap({ before.station(with: $0) }) else { continue }
            throw Failure("\(name) is called \(station.name) in the site: type that name")
        }
        try change.apply(to: &roster)
        guard !roster.says(theSameAs: before) else {
            throw Failure("it is so already; nothing is changed")
        }
        let former = before.stations.first { station in
            station.name == change.former && !roster.stations.contains { $0.key == station.key }
        }?.key
        let moved = try change.movePeer(before, invocation)
        if moved != nil { book = try SiteBook(invocation) }
        try book.adopt(roster, text: Array(roster.signed(by: key).utf8), puttingOut: former)
        var report = PeerReport(name: roster.name, fingerprint: roster.key.fingerprint)
        report.add("\(what); the list of the site \(roster.name) is number \(roster.counter)")
        if let moved { report.add(moved) }
        for line in book.told { report.add(line) }
        if let words = change.channelWords(before, roster) { report.add(words) }
        report.add(
            "stations of the site that can be reached get it within seconds, others when they meet"
                + " one that has it"
                + (former == nil ? "" : ", and until then have the former one as a peer")
                + "; to see which have it: intercomctl site list")
        if before.counter > 1, others > 1, !isConfirmed {
            report.add(
                "no other station is known to have number \(before.counter): if this box was"
                    + " restored from a backup, theirs may be newer, and end this change or be"
                    + " ended by it; compare: intercomctl site list")
        }
        let next = change.next(
            isJoining: invocation.isJoining, before: before, known: peers.map { $0.key })
        for line in [next, change.nameWords].compactMap({ $0 }) { report.add(line) }
        return try report.reloadAndPrint(invocation)
    }
}
