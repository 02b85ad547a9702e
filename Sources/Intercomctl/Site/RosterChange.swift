internal import Config
internal import Crypto
internal import Files
internal import Peering

/// A change that an introducer makes to the roster of its site.
enum RosterChange {
    case add(Roster.Station)
    case remove(String)
    /// Replaces a station; `peer` is the successor's name as a peer here, if it is one.
    case replace(String, Roster.Station, peer: String?)
    case rename(String, String)
    case set(Roster.Channel)
    case removeChannel(String)

    /// The stations that the change names and that must be in the site already.
    var subjects: [String] {
        switch self {
        case .remove(let name), .replace(let name, _, _), .rename(let name, _): [name]
        case .set(let channel): channel.members ?? []
        case .add, .removeChannel: []
        }
    }

    /// The station that the change takes out.
    var former: String? {
        switch self {
        case .remove(let name), .replace(let name, _, _): name
        case .add, .rename, .set, .removeChannel: nil
        }
    }

    /// Returns the command that a new station needs; nil if it joins by itself, or is in the site
    /// already.
    ///
    /// - Parameters:
    ///   - isJoining: Whether the other side waits for the site.
    ///   - before: The roster before the change.
    ///   - known: The keys of the peers before the change: other stations must be paired first.
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

    /// The advice on names that the roster does not change; nil if there are none.
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

    /// Lists the channels without an added station, or the channels that end with a removed one.
    ///
    /// - Parameters:
    ///   - before: The roster before the change.
    ///   - roster: The roster after the change.
    /// - Returns: The words for a person; nil if there are no such channels.
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
    /// - Throws: the reason why the roster cannot be changed so.
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

    /// Makes the same change to a peer that a pairing has made here: its name means the same
    /// station.
    ///
    /// A successor gets the buttons and rights of the name that it takes over, and keeps the
    /// settings from its pairing.
    ///
    /// - Parameters:
    ///   - before: The roster before the change.
    ///   - invocation: The command line.
    /// - Returns: A report for a person; nil if there was nothing to change.
    /// - Throws: Files that cannot be read or written, or would be wrong.
    func movePeer(
        _ before: Roster, _ invocation: borrowing Invocation
    ) throws(Failure) -> String? {
        var book = try PeerBook(invocation)
        let config = try book.config()
        // A name may mean one station here, and another in the site.
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
        // The station may have been renamed before, or another station may have that name.
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
