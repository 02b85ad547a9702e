internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Presentation
internal import Settings
internal import Site
internal import Time
internal import Wire

/// The site of this station: what its peers tell of the roster, and what is written of it.
struct SiteKeeper {
    /// Something for people, and perhaps the peer that it came from.
    struct Word {
        let peer: Int?
        let text: String
        let isFault: Bool
    }

    /// Of one roster that comes by itself, the rest of whose changes are counted.
    private static let linesMax = 12

    private let own: PublicKey
    private var exchange: RosterExchange
    private var names: [Int: String] = [:]
    /// The roster's file, as it was read last.
    private var text: [UInt8] = []
    /// Peers were written, and are not in use yet.
    private(set) var hasUnused = false
    /// Why the roster's file cannot be used, or a newer one not be taken.
    private var complaint: String?
    /// What a peer has shows that not all is well, while this roster is held.
    private var dispute: (held: Site.Roster?, text: String)?
    private var words: [Word] = []
    /// The names of stations that were taken out of the site, by their keys as text.
    private var former: [String: String] = [:]

    init(own: PublicKey) {
        self.own = own
        exchange = RosterExchange(own: own)
    }

    // MARK: The files

    /// Takes over what the files say of site and peers.
    ///
    /// - Parameters:
    ///   - config: The settings.
    ///   - peers: Those that are in use.
    ///   - now: The time.
    mutating func load(_ config: Config, _ peers: Presentation.Roster, at now: Instant) {
        names = [:]
        for number in peers.numbers { names[number] = peers[number].name }
        hasUnused = false
        let introductions: RosterExchange.Introductions =
            switch config.site.introductions {
            case .no: .no
            case .ask: .ask
            case .from(let name): .from(peers.number(named: name).map { peers.key(of: $0) })
            }
        exchange.configure(peers.numbers.map { ($0, peers.key(of: $0)) }, introductions)
        read(config.paths, at: now)
        guard let roster = exchange.held?.roster else { return }
        do throws(PeerFilesError) {
            hasUnused = try SiteFiles.renewChannels(of: roster, own: own, config.paths)
        } catch { fault("the channels of the site cannot be written: \(error)") }
    }

    private mutating func read(_ paths: Paths, at now: Instant) {
        do throws(PeerFilesError) {
            let found = try SiteFiles.roster(paths, limit: Site.Roster.sizeMax) ?? []
            guard found != text || complaint != nil else { return }
            text = found
            complaint = nil
            former = SiteFiles.removed(paths)
        } catch {
            fault("the site's roster cannot be read: \(error)")
            return
        }
        guard !text.isEmpty else { return exchange.hold(nil, text: [], at: now) }
        do throws(RosterFault) {
            let roster = try Site.Roster(parsing: text)
            exchange.hold(roster, text: text, at: now)
        } catch {
            exchange.hold(nil, text: [], at: now)
            fault("\(SiteFiles.path(paths)) \(error)")
        }
    }

    private mutating func fault(_ text: String, from peer: Int? = nil) {
        if complaint != text { words.append(Word(peer: peer, text: text, isFault: true)) }
        complaint = text
    }

    /// Unlike a fault of the files, it stays when they are read again.
    private mutating func dispute(_ text: String, from peer: Int) {
        if disputed != text { words.append(Word(peer: peer, text: text, isFault: true)) }
        dispute = (exchange.held?.roster, text)
    }

    private var disputed: String? {
        dispute.flatMap { $0.held == exchange.held?.roster ? $0.text : nil }
    }

    // MARK: The peers

    /// Whether a peer is in the roster that is held.
    private func isIn(_ peer: Int) -> Bool { exchange.isIn(peer) }

    /// The name of the station with this key in the roster that is held.
    func stationName(of key: PublicKey) -> String? {
        exchange.held?.roster.station(with: key)?.name
    }

    /// The name that the station with this key had before it was taken out.
    func formerName(of key: PublicKey) -> String? { former[key.text] }

    /// Whether a peer is in the roster, also one that was put out here, whose key sessions do not
    /// know.
    func lists(_ peer: Config.Peer) -> Bool {
        PublicKey(text: peer.key).flatMap { stationName(of: $0) } != nil
    }

    /// What is written is about to be used; called once for each time that something was.
    mutating func beginUse() { hasUnused = false }

    /// What was written is in use, or is not for this reason.
    mutating func used(because complaint: String?) {
        guard let complaint else { return }
        fault("the peers of the site's newest roster are not in use: \(complaint)")
    }

    mutating func up(_ peer: Int, at now: Instant) { exchange.up(peer, at: now) }

    mutating func down(_ peer: Int, at now: Instant) { exchange.down(peer, at: now) }

    mutating func receive(_ record: ControlRecord, from peer: Int, at now: Instant) {
        exchange.receive(record, from: peer, at: now)
    }

    var deadline: Instant? { exchange.deadline }

    /// Lets time pass, and writes a newer roster that has come.
    ///
    /// - Parameters:
    ///   - sources: The files of the settings in use.
    ///   - paths: The directories of the station.
    ///   - now: The time.
    mutating func follow(_ sources: [ConfigSource], _ paths: Paths, at now: Instant) {
        exchange.tick(at: now)
        while let news = exchange.nextNews() {
            switch news {
            case .taken(let found): take(found, sources, paths)
            case .offered(let peer):
                guard let offer = exchange.offers.last(where: { $0.peer == peer }) else { continue }
                say(
                    Advice.offer(
                        of: offer.roster.name, by: name(peer), leaving: exchange.held?.roster.name,
                        introduces: introduces(paths)),
                    from: peer)
            case .forked(let peer):
                dispute(
                    "\(name(peer)) has another roster of the same number, signed by the same key:"
                        + " somebody else may have the site's key; at the station that introduces,"
                        + " any change of the site ends this (man intercomctl, site import)",
                    from: peer)
            case .leftOut(let peer):
                dispute(
                    "\(name(peer)) has a newer roster of the site, and this station is not in it",
                    from: peer)
            }
        }
    }

    /// What is to be sent next.
    mutating func nextRecord() -> (peer: Int, record: ControlRecord)? { exchange.nextRecord() }

    mutating func nextWord() -> Word? { words.isEmpty ? nil : words.removeFirst() }

    /// A newer roster has come, or one that is joined without a question.
    private mutating func take(
        _ found: RosterExchange.Found, _ sources: [ConfigSource], _ paths: Paths
    ) {
        do throws(PeerFilesError) {
            let lines = try adopt(found, sources, paths)
            for line in lines.prefix(Self.linesMax) { say(line, from: found.peer) }
            if lines.count > Self.linesMax {
                say("\(lines.count - Self.linesMax) more changes", from: found.peer)
            }
        } catch {
            fault(
                "number \(found.roster.counter) of the site is not taken: \(error)",
                from: found.peer)
        }
    }

    /// Joins the site that a peer shows, and leaves the one that this station is in.
    ///
    /// - Parameters:
    ///   - peer: Its name.
    ///   - digits: Those of the site's key, as a person was shown them.
    ///   - sources: The files of the settings in use.
    ///   - paths: The directories of the station.
    /// - Returns: What has come of it, in lines for a person.
    mutating func join(
        _ peer: String, _ digits: String, _ sources: [ConfigSource], _ paths: Paths
    ) -> Reply {
        if let held = exchange.held?.roster {
            do throws(KeyStoreError) {
                guard try KeyStore.hasSiteKey(paths) == false else {
                    return .refused(
                        ControlError(.failed, SiteFiles.refusal(toLeave: held.name, paths)))
                }
            } catch { return .refused(ControlError(.failed, error.description)) }
        }
        let offer = exchange.offers.first {
            name($0.peer) == peer && $0.roster.key.fingerprint == digits
        }
        guard let offer else {
            return .refused(ControlError(.failed, "\(peer) does not show that site now"))
        }
        do throws(PeerFilesError) {
            let lines = try adopt(offer, sources, paths)
            return .done(Reply.Done(lines.joined(separator: "\n")))
        } catch { return .refused(ControlError(.failed, error.description)) }
    }

    private mutating func adopt(
        _ found: RosterExchange.Found, _ sources: [ConfigSource], _ paths: Paths
    ) throws(PeerFilesError) -> [String] {
        let written: [ConfigSource]
        do throws(SystemError) {
            written = try ConfigFolder.stateSources(in: paths)
        } catch { throw PeerFilesError(error) }
        let files = PeerFiles(sources.filter { !$0.role.isOfState } + written, in: paths)
        var peers = try SitePeers(files, own: own)
        // Whatever was written before a failure is to be used.
        hasUnused = true
        try peers.adopt(found.roster, text: found.text, after: exchange.held?.roster)
        let number = found.roster.counter
        return ["site \(found.roster.name), number \(number), from \(name(found.peer))"]
            + peers.told
    }

    private mutating func say(_ text: String, from peer: Int) {
        words.append(Word(peer: peer, text: text, isFault: false))
    }

    private func name(_ peer: Int) -> String { names[peer] ?? "a former peer" }

    // MARK: For people

    /// The fault of the site; nil when all is well.
    var problem: String? { complaint ?? disputed }

    private func introduces(_ paths: Paths) -> Bool {
        exchange.held != nil && (try? KeyStore.hasSiteKey(paths)) == true
    }

    /// The site, and what peers show.
    func status(_ paths: Paths) -> SiteStatus {
        var status = SiteStatus()
        if let held = exchange.held?.roster {
            status.name = held.name
            status.number = Int(clamping: held.counter)
            status.fingerprint = held.key.fingerprint
            status.peers = names.filter { isIn($0.key) }.map { $0.value }.sorted()
            status.introduces = introduces(paths)
            status.behind = held.stations.filter {
                $0.key != own && !exchange.isKnownToHave($0.key)
            }.map { $0.name }
        }
        for station in exchange.held?.roster.stations ?? []
        where status.behind.contains(station.name) {
            guard let number = exchange.numberTold(by: station.key) else { continue }
            var older = SiteStatus.Older()
            (older.station, older.number) = (station.name, Int(clamping: number))
            status.older.append(older)
        }
        status.offers = exchange.offers.map { found in
            var offer = SiteStatus.Offer()
            offer.peer = name(found.peer)
            offer.name = found.roster.name
            offer.number = Int(clamping: found.roster.counter)
            offer.stations = found.roster.stations.count
            offer.fingerprint = found.roster.key.fingerprint
            return offer
        }
        return status
    }
}
