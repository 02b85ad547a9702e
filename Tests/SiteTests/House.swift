import Crypto
import Seeds
import Time
import Wire

@testable import Peering

/// A site whose stations speak to each other over a network that loses, delays and doubles.
final class House {
    struct Station {
        let key: PublicKey
        var exchange: RosterExchange
        var introductions = RosterExchange.Introductions.ask
        var news: [RosterExchange.News] = []
        var sent = 0
        /// Rosters that it was given to write.
        var taken = 0
        /// Rosters that it was told of, and that have this station no more.
        var lost: [Int] = []
    }

    private struct Letter {
        let at: Instant
        let from: Int
        let to: Int
        let record: ControlRecord
    }

    let key = SigningKey.random()
    let seed: UInt64
    var roster: Roster
    var stations: [Station] = []
    /// Pairs that reach each other; all do where it is nil.
    var links: [Set<Int>]?
    var now = Instant(nanoseconds: 1_000_000_000)
    private(set) var sent = 0
    private var away: Set<Int> = []
    private var letters: [Letter] = []
    private var random: SplitMix64
    private let loss: Int
    private var strangers = 0

    init(_ count: Int, loss: Int = 0) throws {
        seed = testSeed()
        random = SplitMix64(seed: seed)
        self.loss = loss
        guard let roster = Roster(name: "house", key: key.verifyingKey) else { throw Fault.name }
        self.roster = roster
        for _ in 0..<count {
            let key = X25519.publicKey(of: .random())
            stations.append(Station(key: key, exchange: RosterExchange(own: key)))
        }
        for place in 0..<count { try self.roster.add(entry(place)) }
    }

    /// One whose stations all have its roster, and know that.
    static func joined(_ count: Int) throws -> House {
        let house = try House(count)
        house.joinAll(run: .seconds(1))
        return house
    }

    enum Fault: Error { case name }

    var text: [UInt8] { Array(roster.signed(by: key).utf8) }

    var counters: [UInt64] { stations.map { $0.exchange.held?.roster.counter ?? 0 } }

    /// The stations that have told one that they have the number which it holds.
    func knownToHave(by place: Int) -> [Int] {
        guard let held = stations[place].exchange.held?.notice else { return [] }
        return stations.indices.filter {
            $0 != place && stations[place].exchange.told(by: stations[$0].key) == held
        }
    }

    func entry(_ place: Int) throws -> Roster.Station {
        guard let entry = Roster.Station(name: "s\(place)", key: stations[place].key) else {
            throw Fault.name
        }
        return entry
    }

    func newcomer() throws -> Roster.Station {
        strangers += 1
        guard
            let entry = Roster.Station(
                name: "new\(strangers)", key: X25519.publicKey(of: .random()))
        else { throw Fault.name }
        return entry
    }

    /// The roster as it is now is held at one station.
    func hold(at place: Int, run time: Duration? = nil) {
        stations[place].exchange.hold(roster, text: text, at: now)
        if let time { run(time) }
    }

    /// One more station is in the roster, which this one holds.
    func grow(at place: Int, run time: Duration? = nil) throws {
        try roster.add(newcomer())
        hold(at: place, run: time)
    }

    func joinAll(run time: Duration? = nil) {
        for place in stations.indices { hold(at: place) }
        if let time { run(time) }
    }

    func cut(_ place: Int) {
        away.insert(place)
        for other in stations.indices where other != place {
            stations[other].exchange.down(place, at: now)
            stations[place].exchange.down(other, at: now)
        }
    }

    func mend(_ place: Int) {
        away.remove(place)
        connect(place)
    }

    private func connect(_ place: Int) {
        for other in stations.indices where other != place && reach(place, other) {
            stations[other].exchange.up(place, at: now)
            stations[place].exchange.up(other, at: now)
        }
    }

    private func reach(_ one: Int, _ other: Int) -> Bool {
        guard !away.contains(one), !away.contains(other) else { return false }
        return links.map { $0.contains([one, other]) } ?? true
    }

    private var isConnected = false

    /// Lets time pass in steps of 5 ms.
    func run(_ time: Duration) {
        for place in stations.indices {
            let keys = stations.indices.filter { $0 != place }.map { ($0, stations[$0].key) }
            stations[place].exchange.configure(keys, stations[place].introductions)
        }
        if !isConnected {
            isConnected = true
            for place in stations.indices { connect(place) }
        }
        let end = now + time
        while now < end {
            // Where nothing is on its way, time jumps to what is due.
            let due = stations.compactMap { $0.exchange.deadline }.min() ?? end
            let next =
                letters.isEmpty
                ? max(now + .milliseconds(5), min(due, end)) : now + .milliseconds(5)
            now = next
            let here = letters.filter { $0.at <= now }
            letters.removeAll { $0.at <= now }
            for letter in here where reach(letter.from, letter.to) {
                stations[letter.to].exchange.receive(letter.record, from: letter.from, at: now)
            }
            for place in stations.indices {
                stations[place].exchange.tick(at: now)
                follow(place)
            }
        }
    }

    /// Does what one station wants.
    func follow(_ place: Int) {
        while let (peer, record) = stations[place].exchange.nextRecord() {
            sent += 1
            stations[place].sent += 1
            guard stations.indices.contains(peer), reach(place, peer) else { continue }
            for _ in 0...(loss > 0 && random.next() % 10 == 0 ? 1 : 0) {
                guard random.next() % 100 >= UInt64(loss) else { continue }
                let way = Duration.milliseconds(Int64(2 + random.next() % (loss > 0 ? 200 : 4)))
                letters.append(Letter(at: now + way, from: place, to: peer, record: record))
            }
        }
        while let news = stations[place].exchange.nextNews() {
            switch news {
            case .toAdopt(let found):
                stations[place].taken += 1
                stations[place].exchange.hold(found.roster, text: found.text, at: now)
            case .leftOut(let peer):
                stations[place].lost.append(peer)
                stations[place].news.append(news)
            case .offered, .forked: stations[place].news.append(news)
            }
        }
    }
}

/// One that is in the site gives out `text` under `notice`.
func offer(
    _ text: [UInt8], counter: UInt64, in house: House, from peer: Int = 0, to other: Int = 1,
    site: UInt64? = nil
) {
    let notice = RosterNotice(
        site: site ?? house.roster.key.reference, counter: counter,
        size: UInt16(text.count), text: Roster.reference(of: text))
    house.stations[other].exchange.receive(.roster(notice), from: peer, at: house.now)
    for _ in 0..<2_000 {
        guard let (to, record) = house.stations[other].exchange.nextRecord() else { break }
        guard case .rosterQuestion(let question) = record, to == peer,
            let part = FilePart(ofRoster: text.span, at: question.offset, text: question.text)
        else { continue }
        house.stations[other].exchange.receive(.rosterPart(part), from: peer, at: house.now)
    }
    house.follow(other)
}

/// The same with the roster of a site as it is.
func offer(_ site: House, in house: House, from peer: Int = 0) {
    offer(
        site.text, counter: site.roster.counter, in: house, from: peer,
        site: site.roster.key.reference)
}
