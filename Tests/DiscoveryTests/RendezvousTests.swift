import Crypto
import Testing
import Time
import Vectors
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
        var missed: [Int] = []

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
                case .missedCall(let peer, let time):
                    #expect(peer == 7)
                    missed.append(time)
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

        func callInVain(wall: Int, at now: Instant = ms(0)) {
            core.calledInVain(peer: 7, wall: wall, at: now)
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

    /// The message that another implementation has made of protocol.md.
    @Test func theMessageOfTheVectorsIsRead() throws {
        let vectors = ProtocolVectors()
        let made = try #require(vectors.root["rendezvous"] as? [String: Any])
        let given = try #require(vectors.input("rendezvous") as? [String: Any])
        let (wall, missed) = (given["written_ms"] as? Int ?? 0, made["missed_ms"] as? Int ?? 0)
        func key(_ name: String) -> Key { Key(copying: bytes(hex: vectors.input(name)).span) }
        let writer = X25519.publicKey(of: key("init_static"))
        let pair = RendezvousKey(own: key("resp_static"), peer: writer, psk: key("psk"))!
        var core = Rendezvous(
            own: X25519.publicKey(of: key("resp_static")), random: Dice(seed: 1).fill)
        core.setPeers([(7, writer, pair)], wall: wall, at: ms(0))
        core.connected(wall: wall, at: ms(0))
        while core.nextAction() != nil {}
        let topic = try #require(made["topic"] as? String)
        #expect(pair.topic(day: UInt32(given["day"] as? Int ?? 0), writer: writer) == topic)
        let message = bytes(hex: made["message"])
        core.receive(message.span, at: topic, wall: wall)
        let addresses = [
            Endpoint(high: 0x2001_0db8 << 32, low: 0x17, port: 5577),
            Endpoint(high: 0, low: 0xFFFF_C000_0211, port: 5577),
        ]
        #expect(core.nextAction() == .told(peer: 7, addresses))
        #expect(core.nextAction() == .missedCall(peer: 7, at: missed))
        // And written: the same bytes.
        let record = WhereaboutsRecord(
            writtenAt: UInt64(wall), addresses: addresses,
            calledInVainAt: UInt64(given["in_vain_ms"] as? Int ?? 0))
        #expect(record.encoded == bytes(hex: made["record"]))
        let salt = bytes(hex: given["salt"])
        let sealed = pair.seal(record.encoded.span, for: topic) { bytes in
            for place in bytes.indices { bytes[place] = salt[place] }
        }
        #expect(sealed == message)
    }

    // MARK: A call that did not reach its peer

    @Test func aCallInVainIsReportedByEachNewMessage() throws {
        a.connect()
        a.callInVain(wall: Self.noon + 5_000)
        let message = try #require(a.published.last)
        #expect(a.published.count == 2 && message.sealed.count == a.published[0].sealed.count)
        b.hear(message)
        #expect(b.missed == [Self.noon] && b.told == [here])
        // Not by the same message, nor the one before.
        b.hear(message)
        b.hear(a.published[0])
        #expect(b.missed.count == 1)
        for step in 1..<5 {
            a.say([host(UInt64(step))], wall: Self.noon + step * 3_600_000, at: ms(5))
            b.hear(try #require(a.published.last), wall: Self.noon + step * 3_600_000)
        }
        #expect(Set(b.missed) == [Self.noon] && b.missed.count == 5 && b.told.count == 5)
        // Also after a reload here and there.
        a.know(b, wall: Self.noon + 6 * 3_600_000)
        b.know(a, wall: Self.noon + 6 * 3_600_000)
        b.hear(try #require(a.published.last), wall: Self.noon + 6 * 3_600_000)
        #expect(Set(b.missed) == [Self.noon] && b.told.count == 6)
    }

    @Test func eachFurtherCallIsReportedAlsoWhereAllAreReadAtOnce() throws {
        a.connect()
        for minute in 0..<3 {
            let (wall, now) = (Self.noon + minute * 60_000, ms(Int64(minute) * 60_000))
            a.callInVain(wall: wall, at: now)
            // Pressed again and again.
            a.callInVain(wall: wall + 3_000, at: now + .seconds(3))
            b.hear(try #require(a.published.last), wall: wall)
        }
        #expect(a.published.count == 4)
        #expect(b.missed == [0, 60_000, 120_000].map { Self.noon + $0 })
    }

    @Test func aCallOfTheFutureIsNotReported() throws {
        a.connect()
        for minutes in [10, 11, 60] {
            a.callInVain(wall: Self.noon + minutes * 60_000)
            b.hear(try #require(a.published.last))
        }
        #expect(b.missed == [Self.noon + Rendezvous.skew] && b.told.count == 3)
    }

    @Test func anOldCallIsNeitherLeftNorReported() throws {
        a.connect()
        a.callInVain(wall: Self.noon)
        let message = try #require(a.published.last)
        let late = Self.noon + Rendezvous.lifetime
        for (wall, isReported) in [(late - 1, true), (late, false)] {
            let station = Station(0x22)
            station.know(a)
            station.connect()
            station.hear(message, wall: wall)
            #expect(station.missed.isEmpty != isReported)
        }
        // The caller goes on writing, and leaves it out.
        a.say([host(9)], wall: late, at: ms(5))
        b.core.connected(wall: late, at: ms(5))
        b.take()
        a.core.tick(wall: late, at: ms(5))
        a.take()
        b.hear(try #require(a.published.last), wall: late)
        #expect(b.missed.isEmpty && b.told == [[host(9)]])
    }

    @Test func withoutABrokerNoNoteIsLeftForLater() throws {
        a.callInVain(wall: Self.noon)
        a.connect()
        b.hear(try #require(a.published.last))
        #expect(b.missed.isEmpty && b.told == [here])
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
