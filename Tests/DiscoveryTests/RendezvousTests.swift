import Crypto
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Stations that meet at a broker, which may be hostile (protocol.md §1.10).
@Suite struct RendezvousTests {
    private static let noon = 20_786 * 86_400_000 + 43_200_000

    /// A station, and the broker's view of it.
    private final class Station {
        private let byte: UInt8
        let publicKey: PublicKey
        var core: Rendezvous
        var published: [(topic: String, sealed: [UInt8])] = []
        var topics: Set<String> = []
        var told: [[Endpoint]] = []

        init(_ byte: UInt8) {
            self.byte = byte
            publicKey = X25519.publicKey(of: Self.secret(byte))
            core = Rendezvous(own: publicKey, random: Dice(seed: UInt64(byte)).fill)
        }

        private static func secret(_ byte: UInt8) -> Key {
            Key { bytes in for place in bytes.indices { bytes[place] = byte } }
        }

        func know(_ peer: Station, wall: Int = noon) {
            let key = RendezvousKey(own: Self.secret(byte), peer: peer.publicKey, psk: .zero())!
            core.setPeers([(7, peer.publicKey, key)], wall: wall, at: ms(0))
            take()
        }

        func take() {
            while let action = core.nextAction() {
                switch action {
                case .subscribe(let topic): topics.insert(topic)
                case .unsubscribe(let topic): topics.remove(topic)
                case .publish(let topic, let sealed): published.append((topic, sealed))
                case .told(let peer, let addresses):
                    #expect(peer == 7)
                    told.append(addresses)
                }
            }
        }

        func say(_ addresses: [Endpoint], wall: Int, at now: Instant) {
            core.setAddresses(addresses, wall: wall, at: now)
            take()
        }

        func connect(wall: Int = noon, at now: Instant = ms(0)) {
            core.connected(wall: wall, at: now)
            take()
        }

        func hear(_ message: (topic: String, sealed: [UInt8]), wall: Int = noon) {
            core.receive(message.sealed.span, at: message.topic, wall: wall)
            take()
        }
    }

    private let a = Station(0x11)
    private let b = Station(0x22)
    private let here = [host(1, port: 5577), host(2, port: 5577)]

    init() {
        a.know(b)
        b.know(a)
        b.connect()
        a.say(here, wall: Self.noon, at: ms(0))
    }

    @Test func nothingLeavesWithoutABroker() {
        #expect(a.published.isEmpty && a.topics.isEmpty)
    }

    @Test func aStationThatConnectsIsFound() throws {
        a.connect()
        let message = try #require(a.published.last)
        #expect(a.published.count == 1)
        #expect(b.topics.count == 3 && b.topics.contains(message.topic))
        #expect(!a.topics.contains(message.topic))
        b.hear(message)
        #expect(b.told == [here])
        // One without an address has nothing to say.
        #expect(b.published.isEmpty)
    }

    @Test func everyMessageIsAsLong() {
        a.connect()
        for count in 0..<20 {
            let addresses = (0..<count).map { host(UInt64($0), port: 5577) }
            a.core.setAddresses(addresses, wall: Self.noon + count, at: ms(0))
        }
        a.take()
        #expect(Set(a.published.map { $0.sealed.count }).count == 1)
    }

    @Test func whatIsOldComesOnceOrIsNotTheirsIsIgnored() throws {
        a.connect()
        let first = try #require(a.published.last)
        a.say([host(9)], wall: Self.noon + 5, at: ms(5))
        let second = try #require(a.published.last)
        b.hear(second)
        #expect(b.told == [[host(9)]])
        // Again, the one before, that of another topic, and a changed one.
        b.hear(second)
        b.hear(first)
        for topic in b.topics where topic != second.topic { b.hear((topic, second.sealed)) }
        var changed = second
        changed.sealed[40] ^= 1
        b.hear(changed)
        b.hear(("intercom", second.sealed))
        b.hear((second.topic, []))
        #expect(b.told.count == 1)
        #expect(b.core.counts.stale == 2 && b.core.counts.forged == 5)
    }

    /// A broker that delays by a week what it was given.
    @Test func whatHasBeenKeptForTooLongIsIgnored() throws {
        a.connect()
        let message = try #require(a.published.last)
        for late in [Rendezvous.lifetime, 7 * 86_400_000] {
            let station = Station(0x22)
            station.know(a)
            station.connect()
            station.hear(message, wall: Self.noon + late)
            #expect(station.told.isEmpty)
        }
        let station = Station(0x22)
        station.know(a)
        station.connect()
        station.hear(message, wall: Self.noon + Rendezvous.lifetime - 1)
        #expect(station.told.count == 1)
    }

    @Test func topicsChangeEachDayAndTheStationsFindEachOtherAtAnyHour() throws {
        a.connect()
        let before = (topics: b.topics, topic: try #require(a.published.last).topic)
        for hour in 0..<48 {
            let wall = Self.noon + hour * 3_600_000
            for station in [a, b] {
                station.core.tick(wall: wall, at: ms(Int64(hour) * 3_600_000))
                station.take()
            }
            let message = try #require(a.published.last)
            #expect(b.topics.count == 3 && b.topics.contains(message.topic), "hour \(hour)")
        }
        #expect(a.published.count == 3 && a.published.last?.topic != before.topic)
        #expect(b.topics != before.topics)
    }

    @Test func aPeerThatIsWantedIsToldAtMostOnceInFiveSeconds() {
        a.connect()
        for second in 0..<20 {
            a.core.want(peer: 7, wall: Self.noon + second, at: ms(Int64(second) * 1000))
            a.core.want(peer: 8, wall: Self.noon + second, at: ms(Int64(second) * 1000))
        }
        a.take()
        #expect(a.published.count == 4)
    }

    @Test func aClockThatIsSetBackSaysNothingOlder() throws {
        a.connect()
        b.hear(try #require(a.published.last))
        a.say([host(9)], wall: Self.noon - 5000, at: ms(5))
        b.hear(try #require(a.published.last))
        #expect(b.told == [here, [host(9)]])
    }

    @Test func aNewConnectionSaysAllAgain() {
        a.connect()
        let topics = a.topics
        a.core.disconnected()
        a.say([host(9)], wall: Self.noon, at: ms(5))
        #expect(a.published.count == 1)
        a.topics = []
        a.connect(at: ms(10))
        #expect(a.topics == topics && a.published.count == 2)
    }

    @Test func aClockThatRanYearsAheadDoesNotKeepTheStationFromBeingFound() throws {
        let year = 365 * 86_400_000
        a.connect(wall: Self.noon + year)
        a.core.tick(wall: Self.noon, at: ms(5))
        a.take()
        b.hear(try #require(a.published.last))
        #expect(b.told == [here])
    }

    @Test func aPeerThatWasTakenOutFindsNothingAnyMore() throws {
        a.connect()
        let topic = try #require(a.published.last).topic
        a.core.setPeers([], wall: Self.noon, at: ms(5))
        a.take()
        #expect(a.published.last?.topic == topic && a.published.last?.sealed == [])
        #expect(a.topics.isEmpty)
    }

    @Test func nobodyIsCalledAtAGroupNorAtItself() throws {
        let wrong = [
            Endpoint(high: 0, low: 0xFFFF_7F00_0001, port: 5577),
            Endpoint(high: 0, low: 0xFFFF_E000_00FB, port: 5577),
            Endpoint(high: 0, low: 0xFFFF_FFFF_FFFF, port: 5577),
            Endpoint(high: 0, low: 0xFFFF_0000_0000, port: 5577),
            Endpoint(high: 0, low: 1, port: 5577), Endpoint(high: 0, low: 0, port: 5577),
            Endpoint(high: 0xFF02 << 48, low: 1, port: 5577), host(3, port: 0),
            Endpoint(high: 0xFE80 << 48, low: 1, port: 5577),
            Endpoint(high: 0, low: 0xFFFF_A9FE_0101, port: 5577), host(4),
        ]
        a.connect()
        for (step, one) in wrong.enumerated() {
            a.say([host(4), one], wall: Self.noon + step, at: ms(5))
            b.hear(try #require(a.published.last))
            #expect(b.told.last == [host(4)], "\(one)")
        }
        #expect(b.told.count == wrong.count)
    }
}
