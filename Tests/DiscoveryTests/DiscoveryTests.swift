import Crypto
import Seeds
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Stations on one link, in virtual time.
private final class LAN {
    private(set) var stations: [Discovery] = []
    let people: [Person]
    private(set) var now: Int64 = 0
    /// (when, from whom, bytes).
    private(set) var messages: [(at: Int64, from: Int, bytes: [UInt8])] = []
    /// (when, by whom, what).
    private(set) var sightings: [(at: Int64, by: Int, what: Discovery.Action)] = []

    /// All of them know each other, by their places.
    init(_ count: Int, seed: UInt64 = 1) {
        people = (0..<count).map { Person(UInt8($0 + 1)) }
        stations = (0..<count).map { number in
            Discovery(
                own: people[number].publicKey, port: 5577,
                random: Dice(seed: seed * 100 + UInt64(number)).fill)
        }
        for number in 0..<count { meet(number) }
    }

    /// Two that know each other, of which one has been here for a while.
    static func withOne(for time: Int64) -> LAN {
        let lan = LAN(2)
        lan.join(0, at: 1)
        lan.run(for: time)
        return lan
    }

    func meet(_ number: Int) {
        let others = people.indices.filter { $0 != number }
        stations[number].setPeers(
            others.map {
                ($0, people[$0].publicKey, people[number].tagKey(with: people[$0]))
            }, at: ms(now))
    }

    func join(_ number: Int, at host: UInt64) {
        stations[number].setLinks([place(host)], at: ms(now))
    }

    func tell(_ number: Int, _ body: (inout Discovery, Instant) -> Void) {
        body(&stations[number], ms(now))
    }

    /// Lets the time pass, 5 ms at a time; everyone hears everything.
    func run(for time: Int64, hosts: [UInt64] = [1, 2, 3, 4]) {
        let end = now + time
        while now < end {
            for number in stations.indices {
                stations[number].tick(at: ms(now))
                while let action = stations[number].nextAction() {
                    guard case .send(let bytes, let link) = action else {
                        sightings.append((now, number, action))
                        continue
                    }
                    messages.append((now, number, bytes))
                    for other in stations.indices {
                        stations[other].receive(
                            bytes.span, from: host(hosts[number]), hopLimit: 255, on: link,
                            at: ms(now))
                    }
                }
            }
            now += 5
        }
    }

    func hear(_ number: Int, _ bytes: [UInt8], from source: Endpoint, hopLimit: Int = 255) {
        stations[number].receive(
            bytes.span, from: source, hopLimit: hopLimit, on: wired, at: ms(now))
    }

    func counts(_ number: Int) -> Discovery.Counts { stations[number].counts }

    /// Where a station has seen a peer, oldest first.
    func places(of peer: Int, by number: Int) -> [Endpoint] {
        sightings.compactMap { one in
            guard one.by == number, case .sighted(peer, let address, _) = one.what else {
                return nil
            }
            return address
        }
    }
}

/// The station that announces itself in a message.
private func heard(_ bytes: [UInt8]) -> HeardInstance? {
    HeardInstance(of: ServiceInstance.stations, in: message(bytes)!)
}

@Suite struct DiscoveryTests {
    @Test func aStationIsSeenByWhoeverAsksLater() {
        let lan = LAN.withOne(for: 60_000)
        #expect(lan.places(of: 0, by: 1) == [])
        lan.join(1, at: 2)
        lan.tell(1) { $0.setSought(true, at: $1) }
        lan.run(for: 300)
        #expect(lan.places(of: 0, by: 1) == [host(1, port: 5577)])
    }

    @Test func beaconsAreReplacedWithinAQuarterOfAnHour() throws {
        let lan = LAN(2)
        lan.join(0, at: 1)
        lan.join(1, at: 2)
        let hours = isLongRun ? 10 : 4
        for _ in 0..<60 * hours { lan.run(for: 60_000) }
        let all = lan.messages.filter { $0.from == 0 }.compactMap { one in
            heard(one.bytes).map { (one.at, $0) }
        }
        let begun = all.filter { !$0.1.isFarewell }
        var names: [(at: Int64, name: DNSName)] = []
        for (at, one) in begun where names.last?.name != one.name { names.append((at, one.name)) }
        #expect(Set(names.map(\.name)).count == names.count)
        let lives = zip(names, names.dropFirst()).map { ($1.at - $0.at) / 1000 }
        #expect(lives.allSatisfy { (479...901).contains($0) }, "\(lives)")
        #expect(lives.max()! - lives.min()! > 100)
        // Each says farewell to the one before.
        #expect(all.filter(\.1.isFarewell).map(\.1.name) == names.dropLast().map(\.name))
        // Some nine messages an hour when nothing happens: two and a farewell each time.
        #expect(lan.messages.count < 2 * hours * 25)
    }

    @Test func newAddressesMeanAnotherBeaconAndNoWordOfTheFormer() {
        let lan = LAN.withOne(for: 5000)
        let before = lan.messages.count
        lan.join(0, at: 9)
        lan.run(for: 5000)
        let names = lan.messages.map { heard($0.bytes)! }
        #expect(Set(names[..<before].map(\.name)).isDisjoint(with: names[before...].map(\.name)))
        #expect(names.allSatisfy { !$0.isFarewell })
        // The same addresses are no news.
        lan.join(0, at: 9)
        lan.run(for: 5000)
        #expect(lan.messages.count == before + 2)
    }

    @Test func otherPeersMeanAnotherBeacon() {
        let lan = LAN.withOne(for: 5000)
        lan.meet(0)
        lan.run(for: 5000)
        let instances = lan.messages.map { heard($0.bytes)! }
        #expect(instances.map(\.isFarewell) == [false, false, true, false, false])
        #expect(instances[0].name == instances[2].name && instances[2].name != instances[3].name)
    }

    @Test func aPeerIsAskedForWhileItIsMissing() {
        let lan = LAN(2)
        lan.join(0, at: 1)
        lan.tell(0) { $0.setSought(true, at: $1) }
        lan.run(for: 15_000)
        #expect(lan.counts(0).questions == 4)
        lan.tell(0) { $0.setSought(true, at: $1) }
        lan.run(for: 1000)
        #expect(lan.counts(0).questions == 4)
        // A person wants it.
        lan.tell(0) { $0.seek(at: $1) }
        lan.run(for: 200)
        #expect(lan.counts(0).questions == 5)
        lan.tell(0) { $0.setSought(false, at: $1) }
        lan.tell(0) { $0.seek(at: $1) }
        lan.run(for: 100_000)
        #expect(lan.counts(0).questions == 5)
    }

    @Test func atTheEndItSaysFarewellAndNothingMore() {
        let lan = LAN.withOne(for: 5000)
        lan.tell(0) { $0.close(at: $1) }
        lan.run(for: 2_000_000)
        #expect(lan.messages.count == 3)
        #expect(heard(lan.messages[2].bytes)?.isFarewell == true)
        lan.tell(0) { $0.setSought(true, at: $1) }
        lan.join(0, at: 7)
        lan.meet(0)
        lan.hear(0, ServiceInstance.question(for: ServiceInstance.stations), from: host(2))
        lan.run(for: 2_000_000)
        #expect(lan.messages.count == 3)
    }

    @Test func switchedOffItSaysNothing() {
        var off = Discovery(
            own: Person(1).publicKey, port: 5577, isOn: false, random: Dice(seed: 1).fill)
        off.setLinks([place(1)], at: ms(0))
        off.setPeers([], at: ms(0))
        off.setSought(true, at: ms(0))
        off.receive(
            ServiceInstance.question(for: ServiceInstance.stations).span, from: host(2),
            hopLimit: 255, on: wired, at: ms(0))
        off.tick(at: ms(1_000_000))
        #expect(off.nextAction() == nil && off.deadline == nil)
    }

    /// What a station of two says, and a LAN in which the other hears it.
    private func overheard() -> (LAN, [UInt8]) {
        let lan = LAN.withOne(for: 500)
        lan.join(1, at: 2)
        return (lan, lan.messages[0].bytes)
    }

    @Test func whatComesFromAfarIsNotRead() {
        let (lan, said) = overheard()
        let before = lan.counts(1).drops[.offLink] ?? 0
        lan.hear(1, said, from: host(1), hopLimit: 254)
        lan.hear(1, said, from: host(1), hopLimit: 0)
        lan.hear(1, said, from: Endpoint(high: 0, low: 0xFFFF_0808_0808, port: 5353))
        #expect(lan.counts(1).drops[.offLink] == before + 3)
        lan.hear(1, said, from: host(1, port: 5354))
        #expect(lan.counts(1).drops[.port] == 1)
        lan.hear(1, Array(said.dropLast()), from: host(1))
        #expect(lan.counts(1).drops[.malformed] == 1)
        #expect(lan.counts(1).sightings == 0)
        // The control.
        lan.hear(1, said, from: host(1))
        #expect(lan.counts(1).sightings == 1)
    }

    @Test func anAnswerToAProgramWithAnotherPortIsNotSent() {
        let (lan, _) = overheard()
        lan.run(for: 10_000)
        let before = lan.messages.count
        let question = ServiceInstance.question(for: ServiceInstance.stations)
        lan.hear(0, question, from: host(3, port: 40_000))
        lan.run(for: 5000)
        #expect(lan.messages.count == before)
        lan.hear(0, question, from: host(3))
        lan.run(for: 5000)
        #expect(lan.messages.count == before + 1)
    }

    @Test func aLieLeadsToTheLiarAndToNothingElse() {
        let (lan, said) = overheard()
        lan.run(for: 500)
        lan.hear(1, said, from: host(66))
        lan.run(for: 5)
        // The address is that of the datagram, and a copy has the mark of the original.
        let liar = lan.sightings.last!
        guard case .sighted(0, let address, let mark) = liar.what else {
            Issue.record("nothing was sighted")
            return
        }
        #expect(address == host(66, port: 5577))
        let beacon = heard(said).flatMap { Beacon(text: $0.text) }
        #expect(mark == beacon?.mark)
        // Who repeats what a station has said itself is not taken for its peer.
        let before = lan.counts(0).sightings
        lan.hear(0, said, from: host(66))
        // Nor under another name of the instance.
        var renamed = said
        let name = said.firstIndex(of: 8)!
        renamed[name + 1] ^= 1
        lan.hear(0, renamed, from: host(66))
        #expect(lan.counts(0).sightings == before)
        #expect(message(renamed) != nil)
    }

    @Test func aFarewellIsNoSighting() {
        let (lan, _) = overheard()
        lan.run(for: 5000)
        let before = lan.counts(1).sightings
        lan.tell(0) { $0.close(at: $1) }
        lan.run(for: 100)
        #expect(lan.counts(1).sightings == before)
    }

    @Test func aFloodIsReadAHundredTimesASecondAndAnsweredOnce() {
        let (lan, said) = overheard()
        lan.run(for: 10_000)
        let (before, messages) = (lan.counts(1), lan.messages.count)
        let question = ServiceInstance.question(for: ServiceInstance.stations)
        for _ in 0..<2000 {
            for _ in 0..<25 {
                lan.hear(1, said, from: host(1))
                lan.hear(1, question, from: host(1))
            }
            lan.run(for: 5)
        }
        // 100,000 in ten seconds.
        let after = lan.counts(1)
        #expect(after.received - before.received >= 100_000)
        #expect((900...1100).contains(after.received - before.received - flooded(after, before)))
        #expect(lan.messages.count - messages <= 11)
        #expect(after.sightings - before.sightings <= 1100)
        // A second later all is well.
        lan.run(for: 1000)
        lan.hear(1, said, from: host(1))
        #expect(lan.counts(1).sightings == after.sightings + 1)
    }

    private func flooded(_ after: Discovery.Counts, _ before: Discovery.Counts) -> Int {
        (after.drops[.flood] ?? 0) - (before.drops[.flood] ?? 0)
    }

    @Test(arguments: testSeeds(5)) func anyBytesAreTaken(seed: UInt64) {
        let chance = Dice(seed: seed)
        let (lan, said) = overheard()
        lan.tell(1) { $0.seekPairings(at: $1) }
        for _ in 0..<2000 {
            var bytes = chance.below(4) == 0 ? chance.lots.bytes(chance.below(600)) : said
            for _ in 0..<chance.below(6) where !bytes.isEmpty {
                bytes[chance.below(bytes.count)] = UInt8(chance.below(256))
            }
            lan.hear(1, bytes, from: host(UInt64(chance.below(9))))
            if chance.below(10) == 0 { lan.run(for: 100) }
        }
    }

    @Test func manyPeersSeeOneBeacon() {
        let lan = LAN(4)
        for number in 0..<4 { lan.join(number, at: UInt64(number) + 1) }
        lan.run(for: 260)
        for number in 0..<4 {
            for other in 0..<4 where other != number {
                #expect(
                    lan.places(of: other, by: number).first == host(UInt64(other) + 1, port: 5577))
            }
        }
        // One beacon for all: no more messages than stations.
        #expect(lan.messages.count == 4)
    }
}
