internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// The site of this station: the roster's exchange with peers, and its files.
struct SiteKeeper {
    /// News for people, perhaps with the peer that it came from.
    struct Line {
        let peer: Int?
        let text: String
        let isFault: Bool
    }

    /// A roster and its peers that are being written; nothing here waits for the disk.
    private struct Adoption {
        let roster: Roster
        /// The roster held before.
        let former: Roster?
        /// The peer that it came from; nil for the roster that is held already.
        let peer: Int?
        /// The program that waits for it; nil where the roster has arrived by itself.
        var caller: ProgramTicket?
        let work: Background<Result<[String], StateError>>
    }

    /// The most changes reported of a roster that arrives by itself; the rest are counted.
    private static let linesMax = 12

    private let own: PublicKey
    /// Writes the files of peers, one after the other.
    private let writer: WorkChain
    private var exchange: RosterExchange
    private var names: [Int: String] = [:]
    /// The last text read from the roster's file; nil before the first one.
    private var text: [UInt8]?
    private var adoption: Adoption?
    /// The stations of the roster that are no peers although their names are free here; and the
    /// value of that list at the last attempt to add them.
    private var (addable, tried): ([String], [String]) = ([], [])
    /// The fault of a station of the roster that is no peer because its name is taken.
    private var displaced: Fault?
    private var answers: [(ProgramTicket, Reply)] = []
    /// Whether peers were written that are not in use yet.
    private(set) var hasUnused = false
    /// Why the roster's file is unusable, or a newer roster cannot be taken.
    private var complaint: Fault?
    /// The fault that a peer's roster shows, while this station holds the same roster.
    private var dispute: (held: Roster?, fault: Fault)?
    private var changes = RecentSiteChanges()
    private var words: [Line] = []
    /// The names of stations that were put out of the site, by their keys as text.
    private(set) var former: [String: String] = [:]
    /// The names of peers, by their keys as text; and of some former peers since the start, which
    /// may still call.
    private var (known, gone): ([String: String], [String: String]) = ([:], [:])
    private static let goneMost = 64

    init(own: PublicKey, writer: WorkChain) {
        (self.own, self.writer) = (own, writer)
        exchange = RosterExchange(own: own)
    }

    // MARK: The files

    /// Takes over the files of site and peers.
    ///
    /// - Parameters:
    ///   - config: The settings.
    ///   - peers: The peers in use.
    ///   - now: The time.
    /// - Returns: Whether the roster is another one.
    @discardableResult
    mutating func load(_ config: Config, _ peers: PeerDirectory, at now: Instant) -> Bool {
        names = [:]
        for number in peers.numbers { names[number] = peers[number].name }
        let before = known
        known = [:]
        for number in peers.numbers { known[peers.key(of: number).text] = peers[number].name }
        // A peer that a person has revoked is still a peer, though in use with another key.
        let kept = known.keys + config.peers.map { $0.key }
        for key in kept { gone[key] = nil }
        for (key, name) in before where !kept.contains(key) && gone.count < Self.goneMost {
            gone[key] = name
        }
        hasUnused = false
        let introductions: RosterExchange.Introductions =
            switch config.site.introductions {
            case .no: .no
            case .ask: .ask
            case .from(let name): .from(peers.number(named: name).map { peers.key(of: $0) })
            }
        exchange.configure(peers.numbers.map { ($0, peers.key(of: $0)) }, introductions)
        let noticeBefore = exchange.held?.notice
        read(config.paths, at: now)
        lookForKey(config.paths, at: now)
        (addable, displaced) = ([], nil)
        let isOther = exchange.held?.notice != noticeBefore
        guard let roster = exchange.held?.roster else { return isOther }
        let keys = [own.text] + config.peers.map { $0.key }
        let absent = roster.stations.filter { !keys.contains($0.key.text) }.map { $0.name }
        displaced = config.peers.compactMap { self.displacement(by: $0, config, roster) }.first
        addable = absent.filter { config.isFree($0) }
        if displaced == nil, let name = absent.first(where: { !addable.contains($0) }) {
            displaced = Advice.nameTaken(name, in: config)
        }
        do throws(StateError) {
            hasUnused = try SiteFiles.renewChannels(of: roster, own: own, config.paths)
        } catch {
            fault("the channels of the site cannot be written: \(error.finding)", fix: error.fix)
        }
        return isOther
    }

    /// The fault of a peer that was put out and holds the name of a station of the site; nil where
    /// there is no such station.
    private func displacement(
        by peer: Config.Peer, _ config: Config, _ roster: Roster
    ) -> Fault? {
        let name = former[peer.key] ?? peer.name
        guard peer.isRevoked,
            let station = roster.station(named: name),
            station.key.text != peer.key, station.key != own
        else { return nil }
        let heir = config.peers.first { $0.key == station.key.text }
        if config.names(peer: peer.name) {
            return Advice.succeeded(peer.name, name, by: heir?.name ?? station.key.text)
        }
        return heir == nil && name == peer.name ? Advice.displaced(name) : nil
    }

    private mutating func read(_ paths: Paths, at now: Instant) {
        do throws(StateError) {
            let found = try SiteFiles.roster(paths) ?? []
            if let text, found == text, complaint == nil { return }
            text = found
            complaint = nil
            former = SiteFiles.removed(paths)
        } catch {
            // At a start, no site is held: without its list, any key may be one that was left.
            exchange.left = nil
            fault("the site's roster cannot be read: \(error.finding)", fix: error.fix)
            return
        }
        do throws(StateError) {
            exchange.left = try SiteFiles.left(paths)
        } catch {
            exchange.left = nil
            fault("the sites that were left cannot be read: \(error.finding)", fix: error.fix)
        }
        guard let text, !text.isEmpty else { return exchange.hold(nil, text: [], at: now) }
        do throws(RosterFault) {
            let roster = try Roster(parsing: text)
            exchange.hold(roster, text: text, at: now)
        } catch {
            exchange.hold(nil, text: [], at: now)
            fault("\(SiteFiles.path(paths)) \(error.finding)", fix: error.fix)
        }
    }

    private mutating func fault(_ text: String, fix: String? = nil, from peer: Int? = nil) {
        let found = Fault("site", text, fix: fix)
        if complaint != found { warn(found, from: peer) }
        complaint = found
    }

    /// Sets a fault that, unlike a fault of the files, stays when the files are read again.
    private mutating func dispute(_ text: String, fix: String? = nil, from peer: Int) {
        let found = Fault("site", text, fix: fix)
        if disputed != found { warn(found, from: peer) }
        dispute = (exchange.held?.roster, found)
    }

    private mutating func warn(_ fault: Fault, from peer: Int?) {
        words.append(Line(peer: peer, text: fault.sentence, isFault: true))
    }

    private var disputed: Fault? {
        dispute.flatMap { $0.held == exchange.held?.roster ? $0.fault : nil }
    }

    // MARK: The peers

    /// The name of the station with this key in the held roster.
    func stationName(of key: PublicKey) -> String? {
        exchange.held?.roster.station(with: key)?.name
    }

    /// Whether a site that a peer offers has a station with this key.
    func isOffered(_ key: PublicKey) -> Bool {
        exchange.offers.contains {
            $0.roster.station(with: key) != nil && !exchange.hasLeft($0.roster.key.reference)
        }
    }

    /// The former name of the station with this key, which was put out of the site or has left the
    /// peers here.
    func formerName(of key: PublicKey) -> String? { former[key.text] ?? gone[key.text] }

    /// The former name of a peer, unless another station has the name now.
    func formerName(of peer: Config.Peer) -> String? {
        former[peer.key].flatMap { name in
            exchange.held?.roster.station(named: name) == nil ? name : nil
        }
    }

    /// Whether the roster has a peer; also for a peer that was put out here, whose key sessions do
    /// not know.
    func lists(_ peer: Config.Peer) -> Bool {
        exchange.held?.roster.station(withKey: peer.key) != nil
    }

    /// Notes that the written files come into use; called once after each write.
    mutating func beginUse() { hasUnused = false }

    /// Reports why the written files are not in use; nil where they are.
    mutating func used(because complaint: String?) {
        guard let complaint else { return }
        fault("the peers of the site's newest roster are not in use: \(complaint)")
    }

    mutating func up(_ peer: Int, at now: Instant) { exchange.up(peer, at: now) }

    mutating func down(_ peer: Int, at now: Instant) { exchange.down(peer, at: now) }

    mutating func receive(_ record: ControlRecord, from peer: Int, at now: Instant) {
        exchange.receive(record, from: peer, at: now)
    }

    func deadline(at now: Instant) -> Instant? {
        guard let adoption else { return addable == tried ? exchange.deadline : now }
        let look = adoption.work.look(at: now)
        return min(look, exchange.deadline ?? look)
    }

    /// Lets time pass, and writes a newer roster that has arrived.
    ///
    /// - Parameters:
    ///   - files: The files of the settings in use.
    ///   - now: The time.
    mutating func tick(_ files: PeerFiles, at now: Instant) {
        exchange.tick(at: now)
        tickAdoption(files.paths, at: now)
        if adoption == nil, addable != tried {
            tried = addable
            if !addable.isEmpty, let held = exchange.held?.roster, let text {
                adopt(held, text, from: nil, for: nil, files)
            }
        }
        while adoption == nil, let news = exchange.nextNews() {
            switch news {
            case .toAdopt(let found):
                adopt(found.roster, found.text, from: found.peer, for: nil, files)
            case .offered(let peer):
                guard let offer = exchange.offers.last(where: { $0.peer == peer }) else { continue }
                say(Advice.offer(shown(offer), to: status(at: now)).sentence, from: peer)
            case .forked(let peer):
                dispute(
                    "\(name(peer)) has another roster of the same number, signed by the same key:"
                        + " the station that introduces was restored from a backup, or somebody"
                        + " else has the site's key",
                    fix: "there, compare the lists (intercomctl site list): the next change of the"
                        + " site puts the list of the station that makes it in the place of all"
                        + " others; what they alone have is to be done once more",
                    from: peer)
            case .leftOut(let peer):
                dispute(
                    "\(name(peer)) has a newer roster of the site, and this station is not in it",
                    from: peer)
            }
        }
    }

    /// Returns the next record to send.
    mutating func nextRecord() -> (peer: Int, record: ControlRecord)? { exchange.nextRecord() }

    /// Returns the answer to a `join`, for the program that waits.
    mutating func nextAnswer() -> (ProgramTicket, Reply)? {
        answers.isEmpty ? nil : answers.removeFirst()
    }

    mutating func nextWord() -> Line? { words.isEmpty ? nil : words.removeFirst() }

    /// Joins the site that a peer offers, and leaves this station's site.
    ///
    /// - Parameters:
    ///   - peer: The peer's name.
    ///   - digits: The digits of the site's key, as a person was shown them.
    ///   - caller: The program that waits.
    ///   - files: The files of the settings in use.
    /// - Returns: Why not; nil where the answer comes later.
    mutating func join(
        _ peer: String, _ digits: String, for caller: ProgramTicket, _ files: PeerFiles
    ) -> Reply? {
        if let held = exchange.held?.roster {
            do throws(StateError) {
                guard try KeyStore.hasSiteKey(files.paths) == false else {
                    return .refused(
                        ControlError(.failed, SiteFiles.refusal(toLeave: held.name)))
                }
            } catch { return .refused(ControlError(.failed, error.description)) }
        }
        let offer = exchange.offers.first {
            name($0.peer) == peer && $0.roster.key.fingerprint == digits
        }
        guard let offer else {
            return .refused(ControlError(.failed, "\(peer) does not show that site now"))
        }
        guard adoption == nil else {
            return .refused(
                ControlError(.failed, "a roster of the site is just being written; ask again"))
        }
        adopt(offer.roster, offer.text, from: offer.peer, for: caller, files)
        return nil
    }

    /// Writes a roster with its peers: a newer or joined one, or again the held one.
    private mutating func adopt(
        _ roster: Roster, _ text: [UInt8], from peer: Int?, for caller: ProgramTicket?,
        _ files: PeerFiles
    ) {
        let (own, held) = (own, exchange.held?.roster)
        let work = writer.begin { () -> Result<[String], StateError> in
            do throws(StateError) {
                var peers = try SitePeers(files.renewed(), own: own)
                try peers.adopt(roster, text: text, after: held)
                return .success(peers.told)
            } catch { return .failure(error) }
        }
        adoption = Adoption(
            roster: roster, former: held, peer: peer, caller: caller, work: work)
    }

    private mutating func tickAdoption(_ paths: Paths, at now: Instant) {
        guard let adoption else { return }
        guard let result = adoption.work.take() else {
            if adoption.work.isLate(at: now) { tellLate(adoption) }
            return
        }
        self.adoption = nil
        // Files written before a failure are used, too.
        hasUnused = true
        // Copies of the former roster at other stations are older now.
        if case .success = result { read(paths, at: now) }
        let (number, peer) = (adoption.roster.counter, adoption.peer)
        switch (result, adoption.caller) {
        case (.success(let told), let caller):
            var lines = told
            if let peer {
                let site = adoption.roster.name
                // The number means nothing to a person who joins.
                lines.insert(
                    caller == nil
                        ? "site \(site), number \(number), from \(name(peer))"
                            // This station was restored from a backup, or another station has the
                            // key, too.
                            + (exchange.introduces
                                ? "; a change that was made here since may be undone" : "")
                        : "joined the site \(site), from \(name(peer))", at: 0)
            }
            if let caller {
                answers.append((caller, .done(Reply.Done(lines.joined(separator: "\n")))))
                return
            }
            if peer != nil, let former = adoption.former,
                changes.note(adoption.roster, after: former, at: now),
                let note = note(at: now)
            {
                lines.insert(note.sentence, at: 1)
            }
            for line in lines.prefix(Self.linesMax) { say(line, from: peer) }
            if lines.count > Self.linesMax {
                say("\(lines.count - Self.linesMax) more changes", from: peer)
            }
        case (.failure(let error), let caller?):
            answers.append((caller, .refused(ControlError(.failed, error.description))))
        case (.failure(let error), nil):
            fault(
                "number \(number) of the site is not taken: \(error.finding)", fix: error.fix,
                from: peer)
        }
    }

    /// Reports that the disk is slow; the roster is used once it is written.
    private mutating func tellLate(_ adoption: Adoption) {
        fault(
            "the roster of the site is not written yet: \(diskLateness.text)",
            fix: diskLateness.fix)
        guard let caller = adoption.caller, let complaint else { return }
        answers.append((caller, .refused(ControlError(.failed, complaint.sentence))))
        self.adoption?.caller = nil
    }

    private mutating func say(_ text: String, from peer: Int?) {
        words.append(Line(peer: peer, text: text, isFault: false))
    }

    private func name(_ peer: Int) -> String { names[peer] ?? "a former peer" }

    // MARK: For people

    /// The fault of the site; nil when all is well.
    var problem: Fault? { complaint ?? rivals ?? disputed ?? displaced }

    /// The fault of several stations that claim the site's key.
    private var rivals: Fault? {
        let others = exchange.introducers.map { name($0) }
        let all = (exchange.introduces ? ["this station"] : []) + others
        guard all.count > 1, let site = exchange.held?.roster.name else { return nil }
        return Advice.rivals(all, of: site)
    }

    /// The note on stations that newer lists have taken out or introduced.
    func note(at now: Instant) -> Fault? {
        exchange.held.flatMap { changes.fault(of: $0.roster, at: now) }
    }

    /// Checks whether this station has the site's key, which a person may have removed.
    mutating func lookForKey(_ paths: Paths, at now: Instant) {
        exchange.setIntroduces(introduces(paths), at: now)
    }

    private func introduces(_ paths: Paths) -> Bool {
        exchange.held != nil && (try? KeyStore.hasSiteKey(paths)) == true
    }

    /// Describes the site, and the sites that peers offer.
    func status(at now: Instant) -> SiteStatus {
        var status = SiteStatus()
        if let held = exchange.held?.roster {
            status.name = held.name
            status.number = Int(clamping: held.counter)
            status.fingerprint = held.key.fingerprint
            status.peers = names.filter { exchange.isIn($0.key) }.map { $0.value }.sorted()
            status.introduces = exchange.introduces
            status.hasLeft = !exchange.formerKeys.isEmpty
            status.introducers = exchange.introducers.map { name($0) }
            for station in held.stations where station.key != own {
                let told = exchange.told(by: station.key)
                guard told != exchange.held?.notice else { continue }
                status.behind.append(station.name)
                guard let told else { continue }
                var older = SiteStatus.Older()
                (older.station, older.number) = (station.name, Int(clamping: told.counter))
                status.older.append(older)
            }
            status.left = exchange.peersLeft(at: now).map { name($0) }
            status.formerIntroducers = exchange.formerIntroducers.map { peer in
                SiteStatus.FormerIntroducer(
                    peer: name(peer), station: exchange.station(of: peer)?.name)
            }
        }
        status.offers = exchange.offers.map { shown($0) }
        return status
    }

    private func shown(_ found: RosterExchange.Found) -> SiteStatus.Offer {
        var offer = SiteStatus.Offer()
        offer.peer = name(found.peer)
        offer.name = found.roster.name
        offer.number = Int(clamping: found.roster.counter)
        offer.stations = found.roster.stations.count
        offer.fingerprint = found.roster.key.fingerprint
        offer.wasLeft = exchange.hasLeft(found.roster.key.reference)
        return offer
    }
}
