import Config
import Crypto
import Files
import Foundation
import HAL
import Peering
import Testing

/// What a roster makes of the files of a station: SitePeers.
@Suite final class SitePeersTests {
    let state = FileManager.default.temporaryDirectory
        .appending(path: "site-\(UUID().uuidString)").path
    let own = X25519.publicKey(of: .random())
    let key = SigningKey.random()
    let keys = (0..<4).map { _ in X25519.publicKey(of: .random()) }

    var paths: Paths { Paths(stateDirectory: state, runtimeDirectory: nil) }

    func remove() { try? FileManager.default.removeItem(atPath: state) }

    deinit { remove() }

    /// A roster of this station and of these, by the places of their keys.
    func roster(
        _ stations: [(String, Int)], addresses: [String: String] = [:],
        channels: [(String, [String]?)] = []
    ) throws -> Roster {
        var roster = try #require(Roster(name: "house", key: key.verifyingKey))
        try roster.add(#require(Roster.Station(name: "kitchen", key: own)))
        for (name, place) in stations {
            let station = Roster.Station(
                name: name, key: keys[place], addresses: addresses[name].map { [$0] } ?? [])
            try roster.add(#require(station))
        }
        for (name, members) in channels {
            try roster.set(#require(Roster.Channel(name: name, members: members)))
        }
        return roster
    }

    @Test func aNameThatThisStationItselfHasIsSaidWithBothWaysOut() throws {
        var roster = try #require(Roster(name: "house", key: key.verifyingKey))
        for (name, key) in [("hall", keys[0]), ("kitchen", keys[1]), ("kitchen-2", own)] {
            try roster.add(#require(Roster.Station(name: name, key: key)))
        }
        let said = try adopt(roster, after: nil)
        let left = "kitchen of the site is left out, as this station itself is called that: if it"
        #expect(said.contains { $0.hasPrefix(left) && $0.contains("site replace kitchen PEER;") })
    }

    /// A thief may call the site otherwise, and a list that comes by itself is no person's yes.
    @Test func eachKeyThatWasLeftIsKnownUntilAPersonTakesItBack() throws {
        let first = try roster([("attic", 0)])
        func other(_ name: String) throws -> Roster {
            try #require(
                Roster(name: name, key: SigningKey.random().verifyingKey, takingOver: first))
        }
        // The text is that of no key.
        func take(_ roster: Roster?, after before: Roster?) throws {
            var peers = try SitePeers(PeerFiles(sources(""), in: paths), own: own)
            try peers.adopt(roster, text: roster.map { _ in [10] }, after: before)
        }
        let (mine, theirs) = (try other("house"), try other("house"))
        func expectLeft(_ rosters: Roster...) throws {
            #expect(try SiteFiles.left(paths).map(\.site) == rosters.map { $0.key.reference })
        }
        try take(first, after: nil)
        try expectLeft()
        try take(mine, after: first)
        try expectLeft(first)
        try take(nil, after: mine)
        try expectLeft(first, mine)
        try take(theirs, after: nil)
        try expectLeft(first, mine)
        // One that is joined is none that was left; a newer list of it changes nothing.
        try take(first, after: theirs)
        try expectLeft(mine, theirs)
        try take(nil, after: first)
        try take(first, after: first)
        try expectLeft(mine, theirs, first)
        try take(nil, after: first)
        try expectLeft(mine, theirs, first)
        var office = try #require(Roster(name: "office", key: SigningKey.random().verifyingKey))
        try office.add(#require(Roster.Station(name: "desk", key: keys[3])))
        try take(office, after: nil)
        try take(mine, after: office)
        try expectLeft(theirs, first, office)
        let many = try (0..<17).map { _ in try other("house") }
        for one in many { try take(nil, after: one) }
        #expect(
            try SiteFiles.left(paths).map(\.site) == many.dropFirst().map { $0.key.reference })
        // What is cut off before the roster is written has forgotten none.
        try FileManager.default.createDirectory(
            atPath: "\(state)/roster", withIntermediateDirectories: false)
        #expect(throws: StateError.self) { try take(many[16], after: first) }
        #expect(
            try SiteFiles.left(paths).suffix(2).map(\.site)
                == [many[16], first].map { $0.key.reference })
        try FileManager.default.removeItem(atPath: "\(state)/site.left")
        #expect(try SiteFiles.left(paths) == [])
        try FileManager.default.removeItem(atPath: "\(state)/roster")
        // One that cannot be read may name any, also after the next change.
        try "house\n".write(toFile: "\(state)/site.left", atomically: false, encoding: .utf8)
        try take(mine, after: first)
        #expect(throws: StateError.self) { try SiteFiles.left(paths) }
        try FileManager.default.removeItem(atPath: "\(state)/site.left")
        try FileManager.default.createDirectory(
            atPath: "\(state)/site.left", withIntermediateDirectories: false)
        try take(theirs, after: mine)
        #expect(throws: StateError.self) { try SiteFiles.left(paths) }
    }

    /// A former key of another site is no reason to warn of this one.
    @Test func aKeyThatWasLeftIsKeptWithTheNameOfItsSite() throws {
        let house = try roster([("attic", 0)])
        let home = try #require(
            Roster(name: "home", key: SigningKey.random().verifyingKey, takingOver: house))
        var office = try #require(Roster(name: "office", key: SigningKey.random().verifyingKey))
        try office.add(#require(Roster.Station(name: "desk", key: keys[3])))
        // A former version has kept no names.
        try adopt(house, after: nil)
        try "1\n".write(toFile: "\(state)/site.left", atomically: false, encoding: .utf8)
        #expect(try SiteFiles.left(paths) == [RosterExchange.Left(site: 1, name: nil)])
        for (next, before, names) in [
            (home, house, ["home", "home"]), (nil, home, ["home", "home", "home"]),
            (office, nil, ["home", "home", "home"]),
            (nil, office, ["home", "home", "home", "office"]),
        ] as [(Roster?, Roster?, [String?])] {
            var peers = try SitePeers(PeerFiles(sources(""), in: paths), own: own)
            // The text is that of no key.
            try peers.adopt(next, text: next.map { _ in [10] }, after: before)
            #expect(try SiteFiles.left(paths).map(\.name) == names)
        }
    }

    /// To leave costs an honest peer nothing that a person's yes does not bring back.
    @Test(arguments: ["", "[channel mine]\nmembers = attic\n"])
    func oneThatGoesBackHasItsPeersAgain(settings: String) throws {
        let (both, thiefs) = (try roster([("attic", 0), ("barn", 1)]), try roster([("barn", 1)]))
        try byHand("barn", keys[1])
        // Settings may name a peer once it is there.
        try adopt(both, after: nil)
        for _ in 0..<2 {
            try adopt(both, after: nil, settings)
            #expect(try found(settings) == ["attic": 0, "barn": 1])
            try adopt(nil, after: both, settings)
            try adopt(thiefs, after: nil, settings)
            #expect(try found(settings) == ["barn": 1])
            try adopt(nil, after: thiefs, settings)
        }
    }

    func sources(_ main: String) throws -> [ConfigSource] {
        let text = "[station]\nname = kitchen\n\(main)"
        return [ConfigSource(role: .main, path: "/etc/x.conf", bytes: Array(text.utf8))]
            + (try ConfigFolder.stateSources(in: paths))
    }

    /// Adopts it by the files as they are, and returns what is told.
    @discardableResult
    func adopt(
        _ roster: Roster?, after before: Roster?, _ main: String = "",
        puttingOut former: PublicKey? = nil
    ) throws -> [String] {
        var peers = try SitePeers(PeerFiles(sources(main), in: paths), own: own)
        let text = roster.map { Array($0.signed(by: key).utf8) }
        try peers.adopt(roster, text: text, after: before, puttingOut: former)
        return peers.told
    }

    func config(_ main: String = "") throws -> Config {
        try Config(sources(main), paths: paths)
    }

    /// Each peer with the place of its key.
    func found(_ main: String = "") throws -> [String: Int] {
        var found: [String: Int] = [:]
        for peer in try config(main).peers where !peer.isRevoked {
            found[peer.name] = keys.firstIndex { $0.text == peer.key } ?? -1
        }
        return found
    }

    func byHand(_ name: String, _ key: PublicKey, _ psk: String = "") throws {
        var files = PeerFiles(try sources(""), in: paths)
        var file = PeerFile(of: name)
        file.set("key", to: key.text, of: name)
        if let psk = psk.split(separator: " ").last { file.set("psk", to: String(psk), of: name) }
        try files.put(file, at: files.path(of: name))
        try files.write(files.path(of: name))
    }

    private static let button = "[button b]\nline = GPIO1\ntalk = attic\n"

    @Test func aButtonForOnePersonNeverBecomesOneForAChannel() throws {
        let first = try roster([("attic", 0), ("garage", 1)])
        for next in [
            try roster([("garage", 1)], channels: [("attic", nil)]),
            try roster([("loft", 0), ("garage", 1)], channels: [("attic", nil)]),
        ] {
            remove()
            try adopt(first, after: nil)
            let told = try adopt(next, after: first, Self.button)
            let config = try config(Self.button)
            #expect(config.buttons[0].talk == .peer("attic"), "\(told)")
            #expect(!config.channels.contains { $0.name == "attic" })
            #expect(told.contains { $0.contains("settings name it") }, "\(told)")
        }
        // Negative control: without a button the peer goes, and the channel comes.
        remove()
        try adopt(first, after: nil)
        try adopt(try roster([("garage", 1)], channels: [("attic", nil)]), after: first)
        #expect(try config().channels.map(\.name) == ["attic"])
        #expect(try found() == ["garage": 1])
    }

    @Test func aPeerMadeByHandKeepsItsFile() throws {
        let first = try roster([("attic", 0)])
        try adopt(first, after: nil)
        try byHand("friend", keys[3])
        for name in ["friend", "kitchen-2"] {
            let told = try adopt(
                try roster([(name, 0)]), after: first,
                name == "friend" ? "" : "[channel kitchen-2]\n")
            #expect(try found() == ["attic": 0, "friend": 3])
            #expect(told.contains { $0.contains("that name is taken here") }, "\(told)")
        }
        // Negative control: a free name.
        try adopt(try roster([("loft", 0)]), after: first)
        #expect(try found() == ["loft": 0, "friend": 3])
    }

    @Test func namesMoveOnInOneStep() throws {
        let first = try roster([("attic", 0), ("barn", 1)])
        try adopt(first, after: nil)
        // One is renamed, and a new one has its name; then a chain of three.
        let second = try roster([("loft", 0), ("barn", 1), ("attic", 2)])
        try adopt(second, after: first)
        #expect(try found() == ["loft": 0, "barn": 1, "attic": 2])
        let third = try roster([("roof", 0), ("attic", 1), ("loft", 2)])
        try adopt(third, after: second)
        #expect(try found() == ["roof": 0, "attic": 1, "loft": 2])
        // Two that change names keep them here, and it is said.
        let told = try adopt(
            try roster([("attic", 0), ("roof", 1), ("loft", 2)]), after: third)
        #expect(try found() == ["roof": 0, "attic": 1, "loft": 2])
        #expect(told.count { $0.contains("that name is taken here") } == 2, "\(told)")
    }

    @Test func aSuccessorTakesPlaceAndAddress() throws {
        let first = try roster(
            [("barn", 0), ("barn-2", 1)], addresses: ["barn": "192.0.2.8"])
        let button = Self.button.replacing("attic", with: "barn")
        try adopt(first, after: nil)
        try adopt(try roster([("barn", 1)]), after: first, button)
        #expect(try found(button) == ["barn": 1])
        #expect(try config(button).peers[0].addresses.isEmpty, "another box, at another place")
    }

    /// Buttons may be for a peer or a channel that is erased.
    @Test(arguments: ["talk = attic", "talk = up", "press = signal attic", "hold = relay x@attic"])
    func anErasedStationStarts(act: String) throws {
        let button = Self.button.replacing("talk = attic", with: act)
        try adopt(try roster([("attic", 0)], channels: [("up", nil)]), after: nil)
        try LearnedFiles.erase(config(button))
        let config = try config(button)
        #expect(config.peers.isEmpty && config.awaited.count == 1)
    }

    /// What cannot be in one line of a roster does not hold up that another one is put out.
    @Test func oneBadStationDoesNotHinderARevocation() throws {
        let first = try roster([("attic", 0), ("barn", 1)])
        try adopt(first, after: nil)
        let told = try adopt(
            try roster(
                [("barn", 1), ("cellar", 2)],
                addresses: ["barn": "192.0.2.300", "cellar": "224.0.0.1"]), after: first)
        #expect(try found() == ["barn": 1])
        #expect(told.contains { $0.hasPrefix("barn keeps its address") }, "\(told)")
        #expect(told.contains { $0.hasPrefix("cellar of the site is left out") }, "\(told)")
    }

    /// A station that has lost the file of the site's channels starts, and gets it again.
    @Test func theChannelsAreWrittenAgain() throws {
        let roster = try roster([("attic", 0)], channels: [("up", nil)])
        let button = Self.button.replacing("attic", with: "up")
        try adopt(roster, after: nil)
        let path = SiteFiles.channelsPath(paths)
        #expect(try !SiteFiles.renewChannels(of: roster, own: own, paths))
        for damage in [nil, "\0\0\0", "[peer x]\n"] as [String?] {
            try FileManager.default.removeItem(atPath: path)
            if let damage { try Data(damage.utf8).write(to: URL(filePath: path)) }
            #expect(try config(button).buttons[0].talk == .channel("up"))
            #expect(try config(button).channels.map(\.isWaiting) == [true])
            #expect(try SiteFiles.renewChannels(of: roster, own: own, paths))
            #expect(try config(button).channels.map(\.isOfSite) == [true])
        }
    }

    /// A person does not take a peer from under a button, in a site or not.
    @Test func aPersonsOwnChangeIsRefusedAsEver() throws {
        try adopt(try roster([("barn", 1)]), after: nil)
        try byHand("attic", keys[3])
        var files = PeerFiles(try sources(Self.button), in: paths)
        #expect(throws: StateError.self) { try files.put(nil, at: files.path(of: "attic")) }
        // Negative control: one that no button names.
        try files.put(nil, at: files.path(of: "barn"))
    }

    /// Not even where the site has a channel of that name, which the peer hides so far.
    @Test func aPersonsOwnRenameGivesNoButtonToAChannel() throws {
        try adopt(try roster([("attic", 0)], channels: [("attic2", nil)]), after: nil)
        try byHand("attic2", keys[3])
        let button = Self.button.replacing("attic", with: "attic2")
        var files = PeerFiles(try sources(button), in: paths)
        #expect(throws: StateError.self) { try files.put(nil, at: files.path(of: "attic2")) }
    }

    /// A successor under another name, and settings that know that name.
    @Test func settingsThatNameASuccessorDoNotHoldUpTheRevocation() throws {
        let first = try roster(
            [("attic", 0), ("spare", 1)], channels: [("up", ["kitchen", "spare"])])
        for rest in ["[policy spare]\ncall = ring\n", Self.button.replacing("attic", with: "up")] {
            remove()
            try adopt(first, after: nil)
            let told = try adopt(try roster([("attic", 1)]), after: first, rest)
            #expect(try !found(rest).values.contains(0), "\(told)")
        }
    }

    /// 31 peers, 16 channels and a long main file have no room in one station.
    @Test func withoutRoomTheChannelsAreLeftOut() throws {
        let long = String(repeating: "# a line of a long file\n", count: 5450)
        let first = try roster([("attic", 0)])
        try adopt(first, after: nil, long)
        let second = try roster([], channels: (0..<16).map { ("c\($0)", nil) })
        let third = try roster(
            [("barn", 1), ("attic", 2)], channels: (0..<16).map { ("c\($0)", nil) })
        try adopt(second, after: first, long)
        #expect(try found(long).isEmpty)
        let told = try adopt(third, after: second, long)
        #expect(try found(long) == ["barn": 1, "attic": 2], "\(told)")
        // The station starts, also when the daemon has written what follows from the roster.
        _ = try SiteFiles.renewChannels(of: third, own: own, paths)
        #expect(try config(long).peers.count == 2)
    }
}
