import Crypto
import Seeds
import Testing

@testable import Peering

@Suite struct RosterTests {
    final class House {
        let key = SigningKey.random()
        var roster: Roster

        init(_ names: [String] = ["garage", "kitchen"]) throws {
            roster = try #require(Roster(name: "house", key: key.verifyingKey))
            for name in names { try roster.add(try station(name)) }
        }

        var text: [UInt8] { Array(roster.signed(by: key).utf8) }

        /// Whatever lines, rightly signed.
        func signed(_ body: String) -> [UInt8] {
            let text = Array(body.utf8)
            return text + Array("signature \(key.sign(text.span).text)\n".utf8)
        }
    }

    static func station(
        _ name: String, _ addresses: [String] = [], key: PublicKey? = nil
    ) throws -> Roster.Station {
        let key = key ?? X25519.publicKey(of: .random())
        return try #require(Roster.Station(name: name, key: key, addresses: addresses))
    }

    static func fault(_ text: [UInt8]) -> RosterFault? {
        do throws(RosterFault) {
            _ = try Roster(parsing: text)
            return nil
        } catch { return error }
    }

    @Test func itComesBackAsItWasSigned() throws {
        let house = try House([])
        try house.roster.add(Self.station("kitchen", ["192.0.2.7", "[fe80::1%eth0]:5577"]))
        try house.roster.add(Self.station("attic"))
        let read = try Roster(parsing: house.text)
        #expect(read == house.roster)
        #expect(read.stations.map(\.name) == ["attic", "kitchen"])
        #expect(read.stations[1].addresses == ["192.0.2.7", "[fe80::1%eth0]:5577"])
        #expect(read.counter == 3)
        #expect(Array(read.signed(by: house.key).utf8) == house.text)
        // A full one, and one that nobody is in.
        for index in 2..<Roster.stationsMax { try house.roster.add(Self.station("s\(index)")) }
        #expect(try Roster(parsing: house.text).stations.count == Roster.stationsMax)
        #expect(throws: RosterChangeError.isFull) { try house.roster.add(Self.station("more")) }
        #expect(try Roster(parsing: try House([]).text).stations == [])
    }

    @Test func everyFlippedBitAndEveryCutIsRefused() throws {
        let text = try House().text
        #expect(Self.fault(text) == nil)
        for place in text.indices {
            for bit in 0..<8 where isTried(place + bit, oneIn: 8) {
                var other = text
                other[place] ^= 1 << bit
                #expect(Self.fault(other) != nil, "bit \(bit) of byte \(place)")
            }
        }
        for count in text.indices { #expect(Self.fault(Array(text[..<count])) != nil) }
        #expect(Self.fault(text + [0x0a]) != nil)
        #expect(Self.fault(text + text) != nil)
    }

    @Test func theFixOfADamagedFileStandsApart() {
        #expect(RosterFault.line(3).finding == "is damaged or cut short at line 3")
        #expect(RosterFault.line(3).fix == "export it again" && RosterFault.signature.fix == nil)
        #expect("\(RosterFault.line(3))" == "is damaged or cut short at line 3; export it again")
    }

    @Test func anotherKeysSignatureIsRefused() throws {
        let (house, other) = (try House(), try House())
        let forged =
            house.roster.body + "signature "
            + other.key.sign(Array(house.roster.body.utf8).span).text + "\n"
        #expect(Self.fault(Array(forged.utf8)) == .signature)
    }

    /// There is one way to write a roster: even a rightly signed one in another form is refused.
    @Test func otherWaysToWriteTheSameAreRefused() throws {
        let house = try House()
        let body = house.roster.body
        #expect(Self.fault(house.signed(body)) == nil)
        let lines = body.split(separator: "\n").map { String($0) }
        let swapped = (lines[..<3] + [lines[4], lines[3]]).joined(separator: "\n")
        func expectFault(_ other: String, at line: Int) {
            let found = Self.fault(house.signed(other))
            #expect(found == .line(line) || found == .foreign && line == 1, "\(other)")
        }
        let key = house.key.verifyingKey.text
        for (old, new, line) in [
            ("counter 3", "counter 03", 3), ("counter 3", "counter +3", 3),
            ("counter 3", "counter 0", 3), ("counter 3", "counter -3", 3),
            ("counter 3", "counter 18446744073709551616", 3), ("counter 3\n", "", 3),
            ("site house", "site House", 2), ("site house", "site  house", 2),
            (key, key.uppercased(), 2),
            ("intercom1:", "INTERCOM1:", 4), ("station garage", "station garage ", 4),
            ("station kitchen", "station garage", 5), ("station kitchen", "guest kitchen", 5),
            ("\n", "\r\n", 1),
        ] as [(String, String, Int)] {
            expectFault(body.replacing(old, with: new), at: line)
        }
        for (other, line) in [
            (swapped + "\n", 5),
            (body + lines[3] + "\n", 6),
            (body + "\n", 6),
            (body.dropLast(1) + " \n", 5),
            (body.dropLast(1) + " 192.0.2.7,\n", 5),
            (body.dropLast(1) + " 192.0.2.7, 192.0.2.8\n", 5),
            (body.dropLast(1) + " \u{e9}.local\n", 5),
        ] as [(String, Int)] {
            expectFault(other, at: line)
        }
        #expect(Self.fault(house.signed("intercom-roster-2\n")) == .foreign)
        #expect(Self.fault(Array("[peer garage]\n".utf8)) == .foreign)
        #expect(Self.fault([]) == .foreign)
        #expect(Self.fault([UInt8](repeating: 0x61, count: Roster.sizeMax + 1)) == .foreign)
    }

    @Test func aStationIsInItOnce() throws {
        let house = try House()
        let garage = house.roster.stations[0]
        let double = try Self.station("attic", key: garage.key)
        // None of that makes another roster.
        for (error, change) in [
            (.nameIsTaken, { try $0.add(Self.station("garage")) }),
            (.keyIsKnown(as: "garage"), { try $0.add(double) }),
            (.isUnknown, { try $0.remove("attic") }),
            (.isUnknown, { try $0.replace("attic", by: Self.station("attic")) }),
            (.keyIsKnown(as: "garage"), { try $0.replace("garage", by: garage) }),
        ] as [(RosterChangeError, (inout Roster) throws -> Void)] {
            #expect(throws: error) { try change(&house.roster) }
            #expect(house.roster.counter == 3)
        }
        try house.roster.replace("garage", by: Self.station("garage"))
        #expect(house.roster.counter == 4)
        #expect(house.roster.stations[0].key != garage.key)
        try house.roster.remove("garage")
        #expect(house.roster.stations.map(\.name) == ["kitchen"])
        #expect(house.roster.counter == 5)
    }

    @Test func namesAndAddressesThatAreNoneAreRefused() throws {
        let key = X25519.publicKey(of: .random())
        for name in ["", "-a", "A", "a b", "a\n", "\u{e9}", String(repeating: "a", count: 32)] {
            #expect(Roster.Station(name: name, key: key) == nil, "\(name)")
        }
        #expect(Roster.Station(name: String(repeating: "a", count: 31), key: key) != nil)
        for address in ["", "a b", "a,b", "a\n", "\u{7f}", String(repeating: "a", count: 256)] {
            #expect(Roster.Station(name: "a", key: key, addresses: [address]) == nil, "\(address)")
        }
        let nine = [String](repeating: "a", count: 9)
        #expect(Roster.Station(name: "a", key: key, addresses: nine) == nil)
        #expect(Roster(name: "House", key: SigningKey.random().verifyingKey) == nil)
    }

    @Test func theNewestCounts() throws {
        let house = try House()
        let older = house.roster
        try house.roster.remove("garage")
        let newer = house.roster
        #expect(newer.verdict(over: nil) == .newer)
        #expect(newer.verdict(over: older) == .newer)
        #expect(newer.verdict(over: newer) == .known)
        #expect(older.verdict(over: newer) == .older(held: 4))
        // Two of one number: only a newer one ends that.
        var fork = older
        try fork.remove("kitchen")
        #expect(fork.verdict(over: newer) == .forked)
        #expect(newer.verdict(over: fork) == .forked)
        try fork.remove("garage")
        #expect(fork.verdict(over: newer) == .newer)
        #expect(try House().roster.verdict(over: older) == .foreign)
    }

    // MARK: Channels

    private static func channel(_ name: String, _ members: [String]?) throws -> Roster.Channel {
        try #require(Roster.Channel(name: name, members: members))
    }

    @Test func channelsComeBackAsTheyWereSigned() throws {
        let house = try House(["attic", "garage", "kitchen"])
        try house.roster.set(Self.channel("up", ["kitchen", "attic", "kitchen"]))
        try house.roster.set(Self.channel("house", nil))
        #expect(house.roster.body.contains("\nchannel house *\nchannel up attic,kitchen\n"))
        let read = try Roster(parsing: house.text)
        #expect(read == house.roster)
        #expect(read.channels.map(\.members) == [nil, ["attic", "kitchen"]])
        #expect(read.channels[1].includes("attic") && !read.channels[1].includes("garage"))
        #expect(read.channels[0].includes("garage"))
        try house.roster.set(Self.channel("up", ["garage"]))
        try house.roster.remove(channel: "house")
        #expect(house.roster.channels.map(\.members) == [["garage"]])
        #expect(house.roster.counter == 8)
        for index in 1..<Roster.channelsMax { try house.roster.set(Self.channel("c\(index)", nil)) }
        #expect(try Roster(parsing: house.text).channels.count == Roster.channelsMax)
        #expect(throws: RosterChangeError.hasAllChannels) {
            try house.roster.set(Self.channel("more", nil))
        }
        let more = house.roster.body + "channel more *\n"
        #expect(Self.fault(house.signed(more)) == .line(more.count { $0 == "\n" }))
    }

    @Test func aChannelFollowsItsStations() throws {
        let house = try House(["attic", "garage", "kitchen"])
        try house.roster.set(Self.channel("up", ["attic", "garage"]))
        try house.roster.set(Self.channel("loft", ["attic"]))
        try house.roster.rename("attic", to: "roof")
        #expect(house.roster.channels.map(\.members) == [["roof"], ["garage", "roof"]])
        try house.roster.replace("garage", by: Self.station("shed"))
        #expect(house.roster.channels[1].members == ["roof", "shed"])
        // Without a station a channel is none.
        try house.roster.remove("roof")
        #expect(house.roster.channels == [try Self.channel("up", ["shed"])])
        #expect(try Roster(parsing: house.text) == house.roster)
    }

    /// It was introduced under the name that its pairing gave it, and then said to be a successor.
    @Test func aSuccessorThatIsInItAlreadyIsInItOnce() throws {
        let house = try House(["garage", "garage-2", "kitchen"])
        let heir = house.roster.stations[1]
        try house.roster.set(Self.channel("up", ["garage", "kitchen"]))
        try house.roster.set(Self.channel("new", ["garage-2"]))
        try house.roster.replace("garage", by: Self.station("garage", key: heir.key))
        #expect(house.roster.stations.map(\.name) == ["garage", "kitchen"])
        #expect(house.roster.stations[0].key == heir.key)
        #expect(house.roster.channels == [try Self.channel("up", ["garage", "kitchen"])])
        #expect(try Roster(parsing: house.text) == house.roster)
    }

    @Test func aChannelIsOfStationsAndHasANameOfItsOwn() throws {
        let house = try House(["attic", "garage"])
        #expect(Roster.Channel(name: "up", members: []) == nil)
        #expect(Roster.Channel(name: "Up", members: nil) == nil)
        try house.roster.set(Self.channel("up", nil))
        for (error, change) in [
            (.isNoStation("cellar"), { try $0.set(Self.channel("up", ["attic", "cellar"])) }),
            (.nameIsTaken, { try $0.set(Self.channel("attic", nil)) }),
            (.isUnknown, { try $0.remove(channel: "attic") }),
            (.nameIsTaken, { try $0.add(Self.station("up")) }),
            (.nameIsTaken, { try $0.rename("attic", to: "up") }),
            (.nameIsTaken, { try $0.replace("attic", by: Self.station("up")) }),
        ] as [(RosterChangeError, (inout Roster) throws -> Void)] {
            #expect(throws: error) { try change(&house.roster) }
            #expect(house.roster.counter == 4)
        }
    }

    @Test func otherWaysToWriteAChannelAreRefused() throws {
        let house = try House(["attic", "garage"])
        try house.roster.set(Self.channel("house", nil))
        try house.roster.set(Self.channel("up", ["attic", "garage"]))
        let body = house.roster.body
        #expect(Self.fault(house.signed(body)) == nil)
        let lines = body.split(separator: "\n").map { String($0) }
        let early = [0, 1, 2, 5, 3, 4, 6].map { lines[$0] }.joined(separator: "\n") + "\n"
        for (other, line) in [
            (body.replacing("channel up attic,garage", with: "channel up garage,attic"), 7),
            (body.replacing("channel up attic,garage", with: "channel up attic,attic"), 7),
            (body.replacing("channel up attic,garage", with: "channel up attic,"), 7),
            (body.replacing("channel up attic,garage", with: "channel up attic,cellar"), 7),
            (body.replacing("channel up attic,garage", with: "channel up"), 7),
            (body.replacing("channel up attic,garage", with: "channel up "), 7),
            (body.replacing("channel up attic,garage", with: "channel up *,attic"), 7),
            (body.replacing("channel up attic,garage", with: "channel house *"), 7),
            (body.replacing("channel up ", with: "channel attic "), 7),
            (body.replacing("channel up ", with: "channel a "), 7),
            (body.replacing("channel up ", with: "channel  up "), 7),
            (early, 5),
        ] as [(String, Int)] {
            #expect(Self.fault(house.signed(other)) == .line(line), "\(other)")
        }
    }
}
