internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Time

/// What an introducer does to the roster of its site.
enum RosterChange {
    case add(Roster.Station)
    case remove(String)
    /// By a station that may be a peer here, of that name.
    case replace(String, Roster.Station, peer: String?)
    case rename(String, String)
    case set(Roster.Channel)
    case removeChannel(String)

    /// The stations of the site that it is about, and that are not to come by it.
    var subjects: [String] {
        switch self {
        case .remove(let name), .replace(let name, _, _), .rename(let name, _): [name]
        case .set(let channel): channel.members ?? []
        case .add, .removeChannel: []
        }
    }

    /// The station that is in it no more.
    var former: String? {
        switch self {
        case .remove(let name), .replace(let name, _, _): name
        case .add, .rename, .set, .removeChannel: nil
        }
    }

    /// The command for the station that comes; nil where it comes by itself, or is in the site
    /// already.
    ///
    /// - Parameters:
    ///   - isJoining: Whether the other side waits for the site.
    ///   - before: The roster before the change.
    ///   - known: The keys of the peers before it: another station has no peer to join from.
    /// - Returns: The command, for a person.
    func next(isJoining: Bool, before: Roster, known: [PublicKey]) -> String? {
        switch self {
        case .add(let station) where !isJoining,
            .replace(_, let station, _) where before.station(with: station.key) == nil:
            known.contains(station.key)
                ? "on \(station.name) itself, unless it is in the site already: intercomctl site"
                    + " join"
                : "\(station.name), unless it is in the site already, is to know this station"
                    + " before it can join: intercomctl pair --join on it, then sudo intercomctl"
                    + " pair --join CODE here"
        case .add, .replace, .rename, .remove, .set, .removeChannel: nil
        }
    }

    /// Where a name is changed that the list does not change; nil where there is none.
    var nameWords: String? {
        switch self {
        case .replace(let name, _, _):
            "if the new \(name) calls itself otherwise, there: [station] name = \(name), then"
                + " intercomctl reload"
        case .rename(let name, let other):
            "what \(name) calls itself is in its own settings: there, [station] name = \(other);"
                + " a station that was itself paired with it keeps its name: there, sudo"
                + " intercomctl peer rename \(name) \(other)"
        case .add, .remove, .set, .removeChannel: nil
        }
    }

    /// The channels of the site that a station which comes, perhaps again, is not in, or those that
    /// end with one that goes.
    ///
    /// - Parameters:
    ///   - before: The roster before the change.
    ///   - roster: The roster after it.
    /// - Returns: The words for a person; nil where there are none.
    func channelWords(_ before: Roster, _ roster: Roster) -> String? {
        switch self {
        case .add(let station):
            let others = roster.channels.filter { !$0.includes(station.name) }
            guard let first = others.first else { return nil }
            let names = others.map { $0.name }.joined(separator: ", ")
            let all = ((first.members ?? []) + [station.name]).joined(separator: " ")
            let (noun, command) =
                others.count == 1
                ? ("channel", "\(first.name) \(all)") : ("channels", "NAME with all its stations")
            return "\(station.name) is not in the site's \(noun) \(names); to let it in: sudo"
                + " intercomctl site channel \(command)"
        case .remove(let name):
            let ended = before.channels.map { $0.name }.filter { channel in
                !roster.channels.contains { $0.name == channel }
            }
            return ended.isEmpty
                ? nil
                : "\(name) was alone in these channels, which end: "
                    + ended.joined(separator: ", ")
        case .replace, .rename, .set, .removeChannel: return nil
        }
    }

    /// Changes a roster.
    ///
    /// - Throws: why that cannot be.
    func apply(to roster: inout Roster) throws(Failure) {
        do throws(RosterChangeError) {
            switch self {
            case .add(let station): try roster.add(station)
            case .remove(let name): try roster.remove(name)
            case .replace(let name, let station, _): try roster.replace(name, by: station)
            case .rename(let name, let other): try roster.rename(name, to: other)
            case .set(let channel): try roster.set(channel)
            case .removeChannel(let name): try roster.remove(channel: name)
            }
        } catch { throw Failure(complaint(error, of: roster)) }
    }

    /// Does to a peer of this station, which a pairing has made, what is done in the site: people
    /// here mean the same by its name.
    ///
    /// A successor gets the buttons and rights of the name in whose place it comes, and keeps what
    /// the pairing has made.
    ///
    /// - Parameters:
    ///   - before: The roster before the change.
    ///   - invocation: The command line.
    /// - Returns: What has been done, for a person; nil where nothing was to be done.
    /// - Throws: Files that cannot be read or written, or would be wrong.
    func movePeer(
        _ before: Roster, _ invocation: borrowing Invocation
    ) throws(Failure) -> String? {
        var book = try PeerBook(invocation)
        let config = try book.config()
        // A peer of this name may be another one than the station of this name.
        let isStation = { (name: String) in
            let station = before.station(named: name)?.key
            let peer = config.peers.first { $0.name == name }
            return station != nil && peer.flatMap { PublicKey(text: $0.key) } == station
        }
        switch self {
        case .replace(let name, _, let peer?):
            guard name != peer, book.file(of: peer) != nil else { return nil }
            guard config.peers.contains(where: { $0.name == name }) else {
                return try rename(peer, to: name, &book)
            }
            guard isStation(name), book.file(of: name) != nil else { return nil }
            let successor = try Successor.find(peer, of: try book.peer(name), in: book)
            try successor.takePlace(of: name, in: &book)
            return "\(peer) is \(name) now"
        case .rename(let name, let other):
            guard isStation(name), let found = book.file(of: name),
                !SitePeers.isOfSite(found.file.bytes)
            else { return nil }
            return try rename(name, to: other, &book)
        case .replace, .add, .remove, .set, .removeChannel: return nil
        }
    }

    private func rename(
        _ name: String, to other: String, _ book: inout PeerBook
    ) throws(Failure) -> String {
        guard !book.names.contains(other) else {
            return "\(name) keeps its name here, where another peer is called \(other)"
        }
        guard try !book.config().names(peer: name) else {
            return "\(name) keeps its name here, as settings have it"
        }
        do throws(Failure) {
            try book.rename(name, to: other)
        } catch { return "\(name) keeps its name here: \(error.text)" }
        return "\(name) is \(other) here, too"
    }

    private func complaint(_ error: RosterChangeError, of roster: Roster) -> String {
        switch error {
        case .nameIsTaken:
            if case .set = self {
                "a station of the site has that name: intercomctl site list"
            } else {
                "the site has that name already, as a station or a channel: intercomctl site list;"
                    + " for the successor of a station: site replace"
            }
        case .keyIsKnown(let other): "that key is in the site already, as \(other)"
        case .isUnknown: unknownText(in: roster)
        case .isNoStation(let name): unknownStation(name, in: roster)
        case .isNoName: "that name cannot be in a roster"
        case .isFull: "the site is full: \(Roster.stationsMax) stations"
        case .hasAllChannels: "the site is full: \(Roster.channelsMax) channels"
        case .isTooLong: "with this the roster would be longer than it may be"
        case .isAtItsEnd: "the number of the roster can grow no more"
        }
    }

    private func unknownText(in roster: Roster) -> String {
        switch self {
        // It may have been renamed before, and may be another station.
        case .rename(let name, let other) where roster.station(named: other) != nil:
            "the site has no station \(name), and has one that is called \(other):"
                + " intercomctl site list"
        case .remove(let name), .rename(let name, _), .replace(let name, _, _):
            unknownStation(name, in: roster)
        case .set, .removeChannel, .add:
            "the site has no channel of that name: intercomctl site list"
        }
    }

    private func unknownStation(_ name: String, in roster: Roster) -> String {
        unknown(
            "station", name, among: roster.stations.map { $0.name }, or: "intercomctl site list")
    }
}

extension SiteBook {
    /// The site that this station introduces.
    ///
    /// - Throws: That it introduces none, also to a user who may not read its files, and whom root
    ///   would be told no more.
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

    /// The secret that signs the roster of the site.
    ///
    /// - Throws: That this station introduces no site, and which one does.
    func introducersKey(_ invocation: borrowing Invocation) throws(Failure) -> SigningKey {
        if let roster = held {
            if let key = try siteKey(paths), key.verifyingKey == roster.key { return key }
            throw Self.elsewhere(roster.name, SiteStatus(at: invocation))
        }
        throw Failure(
            "this station introduces no site; type this at the one that does, or begin one:"
                + " sudo intercomctl site init NAME")
    }

    /// Waits a moment for what stations that are up have to tell of the list, as after a start that
    /// which is held here may be older than theirs: files may have been restored.
    ///
    /// - Returns: Whether another one is known to have it.
    /// - Throws: That one has a newer one.
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

    /// Changes the site that this station introduces, and signs that.
    ///
    /// - Parameters:
    ///   - change: The change.
    ///   - what: What has been done, for a person.
    ///   - invocation: The command line.
    /// - Returns: How the command ends.
    /// - Throws: That this station introduces no site, or why the change cannot be.
    static func change(
        _ change: RosterChange, telling what: String, _ invocation: borrowing Invocation
    ) throws(Failure) -> ExitCode {
        var book = try introduced(invocation)
        let others = (book.held?.stations.count ?? 1) - 1
        let isConfirmed = try waitForOthers(others, invocation)
        // What they have may have come meanwhile.
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
            // A person has typed the name that a station has here.
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
