public import Crypto
public import Time
public import Wire

/// How stations of a site exchange its roster (protocol.md §4.3), without I/O.
///
/// Each station announces its roster; a station that lacks it asks for the parts. Records may come
/// late, twice or never: only the signature and the signed number count.
public struct RosterExchange {
    /// The peers that may bring this station into a site, and may then bring newer rosters.
    public enum Introductions: Equatable, Sendable {
        /// None: rosters come by hand alone.
        case no
        /// All peers; a person decides whether this station joins.
        case ask
        /// The owner of this key, whose site is joined; nil for an introducer that is no peer.
        case from(PublicKey?)
    }

    /// A received roster, as text and parsed.
    public struct Found: Equatable, Sendable {
        public let roster: Roster
        public let text: [UInt8]
        /// The number of the peer to name for it: the giver, or an introducer of the site.
        public fileprivate(set) var peer: Int
        fileprivate let giver: Int
        let notice: RosterNotice
    }

    /// A site that this station has left.
    public struct Left: Equatable, Sendable {
        /// The reference of its key.
        public let site: UInt64
        /// Its name; nil where a former version has kept none, and only keys of one site.
        public let name: String?

        public init(site: UInt64, name: String?) { (self.site, self.name) = (site, name) }
    }

    /// News for the owner to act on or to report.
    public enum News: Equatable, Sendable {
        /// A roster to write, and then to `hold`.
        case toAdopt(Found)
        /// A site to join, if a person decides so.
        case offered(peer: Int)
        /// The introducer has signed two rosters with one number.
        case forked(peer: Int)
        /// A newer roster of this site no longer has this station.
        case leftOut(peer: Int)
    }

    private static let offersMax = 4
    /// The time without a whole roster after which one more peer is asked.
    ///
    /// So peers that give nothing delay the last one by 16 s at most.
    private static let patience = Duration.milliseconds(500)
    /// The rosters taken at once, and the time for each further one: the site's key can sign any
    /// number, and each is written.
    private static let takings = (most: 8, each: Duration.seconds(10))
    /// The longest silence of a peer that is up: four notices in a row are not all lost.
    private static let silenceMax = Duration.seconds(60)

    private let own: PublicKey
    public private(set) var held: Held?
    /// The sites that this station has left; nil if they are not known, so it may be any.
    public var left: [Left]? = []
    /// Whether this station has the key that signs the roster, as its notices report.
    public private(set) var introduces = false
    private var introductions = Introductions.ask
    /// The peers, by number.
    private var peers: [Int: RosterPeer] = [:]
    /// The rosters on their way, by the number of the peer.
    private var fetches: [Int: (notice: RosterNotice, parts: PartFetch)] = [:]
    private var begunAt: Instant?
    /// The newest complete and signed roster, until it may be taken.
    private var next: Found?
    /// When all taken rosters are paid for, at one per `takings.each`.
    private var paidAt: Instant?
    /// The rosters of the sites that a person may join, by peer.
    public private(set) var offers: [Found] = []
    private var records: [(peer: Int, record: ControlRecord)] = []
    private var news: [News] = []

    /// The roster in use.
    public struct Held: Sendable {
        public let roster: Roster
        let text: [UInt8]
        public let notice: RosterNotice

        init(_ roster: Roster, _ text: [UInt8]) {
            (self.roster, self.text) = (roster, text)
            notice = RosterNotice(
                site: roster.key.reference, counter: roster.counter,
                size: UInt16(clamping: text.count), text: Roster.reference(of: text))
        }
    }

    public init(own: PublicKey) { self.own = own }

    // MARK: What the owner says

    /// Sets the verified roster in use; nil if this station is in no site.
    public mutating func hold(_ roster: Roster?, text: [UInt8], at now: Instant) {
        let before = held?.notice
        held = roster.map { Held($0, text) }
        guard held?.notice != before else { return }
        let givers = offers.filter { $0.notice == held?.notice }.map { $0.giver }
        // Offers stay while the site does: else the owner of its key could hide another site with a
        // new roster every few seconds.
        if before?.site != held?.notice.site { offers = [] }
        // A roster still to be written may be older, or of a site that was left.
        news = news.filter { news in
            if case .toAdopt(let found) = news { isNewer(found.notice) } else { true }
        }
        if let next, !isNewer(next.notice) { self.next = nil }
        if before?.site != held?.notice.site { (fetches, next) = ([:], nil) }
        // Other fetches go on: an old roster must not cut off a newer one.
        fetches = fetches.filter { isWanted($0.value.notice) }
        for number in peers.keys {
            peers[number]?.announce(at: now)
            if before?.site != held?.notice.site {
                peers[number]?.succeeds()
                peers[number]?.leftAt = nil
                peers[number]?.told = givers.contains(number) ? held?.notice : nil
            }
            // A roster wanted before may be the held one now, older, or barred by the settings.
            if let notice = peers[number]?.notice, !isWanted(notice) || !mayBring(notice, number) {
                peers[number]?.setNotice(nil)
            }
        }
    }

    /// Sets whether this station has the signing key, and announces it at once: peers' notices of
    /// the same roster would delay the next notice.
    public mutating func setIntroduces(_ isIntroducer: Bool, at now: Instant) {
        guard isIntroducer != introduces else { return }
        introduces = isIntroducer
        // It cannot join one that it has left.
        if isIntroducer { offers = offers.filter { !hasLeft($0.notice.site) } }
        for number in peers.keys { peers[number]?.announce(at: now) }
    }

    /// Sets the peers, by number; peers that stay keep their state.
    public mutating func configure(
        _ keys: [(peer: Int, key: PublicKey)], _ introductions: Introductions
    ) {
        var others: [Int: RosterPeer] = [:]
        for (peer, key) in keys {
            let known = peers[peer]
            others[peer] = known?.key == key ? known : RosterPeer(key)
            if known?.key != key { fetches[peer] = nil }
        }
        peers = others
        self.introductions = introductions
        offers = offers.filter { mayBring($0.notice, $0.giver) && mayBring($0.notice, $0.peer) }
        fetches = fetches.filter { mayBring($0.value.notice, $0.key) }
        for (number, peer) in peers {
            if let notice = peer.notice, !mayBring(notice, number) { peers[number]?.setNotice(nil) }
        }
        if introductions == .no { next = nil }
    }

    /// Notes a new session with a peer.
    public mutating func up(_ peer: Int, at now: Instant) {
        peers[peer]?.isUp = true
        peers[peer]?.introduced = nil
        peers[peer]?.announce(at: now)
    }

    /// Notes that the session with a peer has ended.
    public mutating func down(_ peer: Int, at now: Instant) {
        peers[peer]?.isUp = false
        // A peer that leaves in the middle of a fetch is asked later than others.
        if fetches[peer] != nil { failed(peer, reading: nil, at: now) }
    }

    // MARK: What peers say

    /// Takes a record of a peer; records of other kinds have no effect.
    public mutating func receive(_ record: ControlRecord, from peer: Int, at now: Instant) {
        switch record {
        case .roster(let notice): noticed(notice, by: peer, at: now)
        case .rosterQuestion(let question): asked(question, by: peer)
        case .rosterPart(let part):
            guard fetches[peer] != nil else { return }
            fetches[peer]?.parts.take(part, at: now)
            followFetch(peer, at: now)
            beginFetches(at: now)
        default: return
        }
    }

    private mutating func noticed(_ found: RosterNotice, by peer: Int, at now: Instant) {
        var notice = found
        notice.introduces = false
        // An introducer that has changed to another site no longer stands for the former one.
        for place in offers.indices
        where offers[place].peer == peer && offers[place].notice.site != notice.site {
            offers[place].peer = offers[place].giver
        }
        // The peer has changed to this site.
        if isOfOurs(notice) { offers.removeAll { $0.giver == peer } }
        let (told, leftAt) = (isOfOurs(notice) ? notice : nil, isFormer(notice.site) ? now : nil)
        peers[peer]?.leftAt = leftAt
        peers[peer]?.told = told
        peers[peer]?.introduced = found.introduces ? (found.site, now) : nil
        if let held, isIn(peer), isOfOurs(notice) {
            if notice == held.notice { peers[peer]?.notices.acknowledge(at: now) }
            if notice.counter < held.roster.counter { peers[peer]?.notices.beginAgain(at: now) }
        }
        guard mayBring(notice, peer), isWanted(notice) else {
            if found.introduces, mayBring(notice, peer),
                let place = offers.firstIndex(where: { $0.notice == notice })
            {
                offers[place].peer = peer
            }
            peers[peer]?.setNotice(nil)
            return
        }
        peers[peer]?.setNotice(notice)
        beginFetches(at: now)
    }

    private mutating func asked(_ question: RosterQuestion, by peer: Int) {
        guard let held, isIn(peer), question.text == held.notice.text,
            let part = FilePart(ofRoster: held.text.span, at: question.offset, text: question.text)
        else { return }
        records.append((peer, .rosterPart(part)))
    }

    // MARK: Time

    /// Lets time pass; call it at `deadline`.
    public mutating func tick(at now: Instant) {
        // A peer that is up and no longer announces its site has left it.
        for (number, peer) in peers where peer.isUp {
            guard let told = peer.introduced, now >= told.at + Self.silenceMax else { continue }
            peers[number]?.introduced = nil
        }
        for number in peers.keys.sorted() where mayHave(number) {
            guard var notice = held?.notice, peers[number]?.notices.goesOut(at: now) == true
            else { continue }
            notice.introduces = introduces
            records.append((number, .roster(notice)))
        }
        for peer in fetches.keys.sorted() {
            if fetches[peer]?.parts.hasStalled(at: now) == true {
                failed(peer, reading: nil, at: now)
            } else {
                followFetch(peer, at: now)
            }
        }
        beginFetches(at: now)
        takeNext(at: now)
    }

    /// When `tick` has something to do; nil means never.
    public var deadline: Instant? {
        var first = fetches.values.compactMap { $0.parts.deadline }.min()
        func consider(_ due: Instant) { first = min(first ?? due, due) }
        for (number, peer) in peers where peer.isUp {
            if mayHave(number), let due = peer.notices.due { consider(due) }
            if let told = peer.introduced { consider(told.at + Self.silenceMax) }
            if fetches[number] == nil, let notice = peer.notice {
                consider(max(opening(for: notice), peer.restsUntil ?? opening(for: notice)))
            }
        }
        if next != nil { consider(mayTakeAt) }
        return first
    }

    // MARK: What comes of it

    /// The next record to be sent, in the session with a peer.
    public mutating func nextRecord() -> (peer: Int, record: ControlRecord)? {
        records.isEmpty ? nil : records.removeFirst()
    }

    /// The next news for the owner.
    public mutating func nextNews() -> News? {
        news.isEmpty ? nil : news.removeFirst()
    }

    // MARK: Fetching

    /// Whether a peer is in the roster.
    public func isIn(_ peer: Int) -> Bool { station(of: peer) != nil }

    /// The entry of a peer in the roster, if any.
    public func station(of peer: Int) -> Roster.Station? {
        peers[peer].flatMap { held?.roster.station(with: $0.key) }
    }

    /// The last notice of the owner of a key about the site of this station, if any.
    public func told(by key: PublicKey) -> RosterNotice? {
        peers.values.first { $0.key == key }?.told
    }

    /// The peers in the site whose last notice says that they introduce it.
    public var introducers: [Int] {
        guard let site = held?.notice.site else { return [] }
        return peers.keys.filter { peers[$0]?.introduced?.site == site && isIn($0) }.sorted()
    }

    /// The peers that introduce this site under a key that this station has left, by their last
    /// notice in the newest session.
    public var formerIntroducers: [Int] {
        peers.keys.filter { peers[$0]?.introduced.map { isFormer($0.site) } ?? false }.sorted()
    }

    /// Whether a peer may learn the roster now.
    private func mayHave(_ peer: Int) -> Bool { peers[peer]?.isUp == true && isIn(peer) }

    /// The peers that are up in this site under a key that this station has left; one that no
    /// longer announces it has left it, too.
    public func peersLeft(at now: Instant) -> [Int] {
        peers.filter { _, peer in
            peer.leftAt.map { peer.isUp && now < $0 + Self.silenceMax } ?? false
        }.keys.sorted()
    }

    /// Whether a roster is of the site that this station is in.
    private func isOfOurs(_ notice: RosterNotice) -> Bool { notice.site == held?.notice.site }

    /// Whether this station has left a site, unless it is still in it after an interrupted change.
    public func hasLeft(_ site: UInt64) -> Bool {
        site != held?.notice.site && (left.map { $0.contains { $0.site == site } } ?? true)
    }

    /// Whether a key is a former one of this station's site, whose name it has.
    private func isFormer(_ site: UInt64) -> Bool {
        formerKeys.contains { $0.site == site }
    }

    /// The former keys of this station's site.
    public var formerKeys: [Left] {
        guard let held else { return [] }
        return (left ?? []).filter {
            $0.site != held.notice.site && ($0.name ?? held.roster.name) == held.roster.name
        }
    }

    /// The introductions now: one in no site that has left a key asks, as a thief has a fresh one.
    private var introductionsNow: Introductions {
        held == nil && left?.isEmpty != true && introductions != .no ? .ask : introductions
    }

    /// Whether a peer may bring a roster: of this site, each peer in it; of another site, the peers
    /// that settings allow, also of one that was left, except to the introducer, which cannot join.
    private func mayBring(_ notice: RosterNotice, _ peer: Int) -> Bool {
        guard let key = peers[peer]?.key, !introduces || !hasLeft(notice.site) else { return false }
        return switch introductionsNow {
        case .no: false
        case .ask: !isOfOurs(notice) || isIn(peer)
        case .from(let introducer): isOfOurs(notice) ? isIn(peer) : key == introducer
        }
    }

    /// Whether to fetch a roster: a newer one, a different one of the same number, or one of
    /// another site, once.
    private func isWanted(_ notice: RosterNotice) -> Bool {
        guard (1...Roster.sizeMax).contains(Int(notice.size)) else { return false }
        guard let held, isOfOurs(notice) else {
            return !offers.contains {
                $0.notice.site == notice.site && $0.notice.counter >= notice.counter
            }
        }
        if let next, notice.counter <= next.roster.counter { return false }
        return notice.counter > held.roster.counter
            || (notice.counter == held.roster.counter && notice.text != held.notice.text)
    }

    /// Whether a roster is of the site that this station is in, and newer.
    private func isNewer(_ notice: RosterNotice) -> Bool {
        held.map { isOfOurs(notice) && notice.counter > $0.roster.counter } ?? false
    }

    /// When another fetch may begin: at once if none is under way, or none of this station's site,
    /// whose roster may exclude a station; otherwise after the patience with the former fetches.
    private func opening(for notice: RosterNotice) -> Instant {
        let isFirst =
            isOfOurs(notice)
            ? !fetches.values.contains { isOfOurs($0.notice) } : fetches.isEmpty
        guard !isFirst, let begunAt else { return Instant(nanoseconds: 0) }
        return begunAt + Self.patience
    }

    /// Begins fetches: of this station's site first, and from the peers that have failed least.
    ///
    /// The number that a peer claims counts only once the signature is verified.
    private mutating func beginFetches(at now: Instant) {
        while true {
            var best: (rank: (Int, Int, Int), peer: Int, notice: RosterNotice)?
            for (number, peer) in peers where peer.isUp && !peer.rests(at: now) {
                guard fetches[number] == nil, let notice = peer.notice,
                    now >= opening(for: notice)
                else { continue }
                let rank = (isOfOurs(notice) ? 0 : 1, peer.failures, number)
                if let best, best.rank < rank { continue }
                best = (rank, number, notice)
            }
            guard let best else { return }
            fetches[best.peer] = (best.notice, PartFetch(of: best.notice, at: now))
            begunAt = now
            followFetch(best.peer, at: now)
        }
    }

    private mutating func followFetch(_ peer: Int, at now: Instant) {
        guard var current = fetches[peer] else { return }
        if let text = current.parts.whole {
            fetches[peer] = nil
            return judge(text, current.notice, from: peer, at: now)
        }
        for part in current.parts.questions(at: now) {
            let offset = UInt16(part * FilePart.rosterSize)
            let question = RosterQuestion(text: current.notice.text, offset: offset)
            records.append((peer, .rosterQuestion(question)))
        }
        fetches[peer] = current
    }

    /// Ends a useless fetch; the peer rests longer each time.
    private mutating func failed(_ peer: Int, reading text: UInt64?, at now: Instant) {
        fetches[peer] = nil
        peers[peer]?.fails(text, at: now)
    }

    /// When the next roster may be taken.
    private var mayTakeAt: Instant {
        guard let paidAt else { return Instant(nanoseconds: 0) }
        return paidAt - Self.takings.each * (Self.takings.most - 1)
    }

    /// Has the newest roster written, unless too many were written lately.
    private mutating func takeNext(at now: Instant) {
        guard let found = next, now >= mayTakeAt else { return }
        next = nil
        paidAt = max(paidAt ?? now, now) + Self.takings.each
        news.append(.toAdopt(found))
    }

    private mutating func judge(
        _ text: [UInt8], _ notice: RosterNotice, from peer: Int, at now: Instant
    ) {
        let refused = notice.text
        guard Roster.reference(of: text) == refused else {
            return failed(peer, reading: nil, at: now)
        }
        guard let roster = try? Roster(parsing: text), Held(roster, text).notice == notice
        else { return failed(peer, reading: refused, at: now) }
        let isIn = roster.stations.contains { $0.key == own }
        let found = Found(roster: roster, text: text, peer: peer, giver: peer, notice: notice)
        // A removed peer, which has no key, must not equal an introducer that is no peer.
        let isIntroducer = peers[peer].map { introductionsNow == .from($0.key) } ?? false
        switch roster.verdict(over: held?.roster) {
        case .newer where isIn && (held != nil || isIntroducer):
            peers[peer]?.succeeds()
            if found.roster.counter > next?.roster.counter ?? 0 { next = found }
            takeNext(at: now)
        case .newer where isIn, .foreign where isIn: offer(found, at: now)
        case .newer:
            // Only this station's own site is reported: another one has no place for it.
            if held != nil { news.append(.leftOut(peer: peer)) }
            failed(peer, reading: refused, at: now)
        case .forked:
            news.append(.forked(peer: peer))
            failed(peer, reading: refused, at: now)
        case .known, .older, .foreign: failed(peer, reading: refused, at: now)
        }
    }

    private mutating func offer(_ found: Found, at now: Instant) {
        let former = offers.filter {
            $0.giver == found.giver || $0.roster.key == found.roster.key
        }
        // A peer that shows different sites is asked less often.
        let rest = Duration.seconds(former.contains { $0.roster.key != found.roster.key } ? 60 : 5)
        peers[found.peer]?.succeeds(restingUntil: now + rest)
        offers.removeAll { former.contains($0) }
        if offers.count >= Self.offersMax { offers.removeFirst() }
        offers.append(found)
        guard !former.contains(where: { $0.roster.key == found.roster.key }) else { return }
        news.append(.offered(peer: found.peer))
    }
}
