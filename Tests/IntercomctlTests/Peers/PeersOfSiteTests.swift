import Report
import Testing

@testable import Intercomctl

/// Commands for a peer that is a station of the site.
@Suite struct PeersOfSiteTests {
    private let folder: StationFolder

    init() throws { folder = try Self.made() }

    /// A kitchen that introduces garage to its site, and has a peer of its own.
    private static func made() throws -> StationFolder {
        let folder = try StationFolder()
        try folder.writeIdentity()
        try folder.write("[peer shed]\nkey = \(thirdKey)\n", to: "state/peers.d/shed.conf")
        try folder.site("init house", "add garage \(otherKey)")
        return folder
    }

    @Test func whatIsTheSitesIsDoneInTheSite() throws {
        let before = folder.read("state/peers.d/garage.conf")
        for (words, command) in [
            (["remove", "garage"], "remove garage; for this station alone: sudo"),
            (["rename", "garage", "barn"], "rename garage barn"),
            (["replace", "--yes", "garage", "shed"], "replace garage shed"),
            (["replace", "--yes", "garage", thirdKey], "replace garage \(thirdKey)"),
            (["replace", "--yes", "garage", "no key"], "replace garage KEY"),
            (["add", "garage", "-", thirdKey], "replace garage \(thirdKey)"),
        ] {
            let outcome = try folder.run(["peer"] + words)
            #expect(outcome.code == 1)
            #expect(
                outcome.complaint.contains(
                    "garage is a station of the site house, so: sudo intercomctl site \(command)"),
                "\(outcome.complaint)")
        }
        #expect(folder.read("state/peers.d/garage.conf") == before && before != nil)
        // The control: another peer is no matter of the site.
        try folder.does("peer", "remove", "shed")
    }

    @Test func whereAnotherStationIntroducesThatIsToldToo() throws {
        try folder.remove("state/keys/site.key")
        let outcome = try folder.run("peer", "remove", "garage")
        #expect(
            outcome.complaint.contains(
                "sudo intercomctl site remove garage, at the station that introduces; for this"
                    + " station alone, or if garage itself introduces: sudo intercomctl peer set"
                    + " garage --revoked yes"))
        try folder.does("peer", "set", "garage", "--revoked", "yes")
        #expect(
            try folder.run("peer", "remove", "garage").complaint.contains("is put out here already")
        )
        // There nobody needs to know it by the name that it has here.
        #expect(
            try folder.run("peer", "replace", "garage", "shed").complaint.contains(
                "sudo intercomctl site replace garage \(thirdKey), at the station"))
        try folder.does("peer", "set", "shed", "--revoked", "yes")
        #expect(
            try folder.run("peer", "remove", "shed").output
                .hasPrefix("removed shed\nintercomd is not running"))
        // A name is each station's own.
        try folder.does("peer", "rename", "garage", "barn")
    }

    @Test func aChannelOfTheSiteIsOfStationsByTheirNamesThere() throws {
        try folder.does("site", "add", "lodge", thirdKey)
        let outcome = try folder.run("site", "channel", "up", "garage", "shed")
        #expect(
            outcome.complaint.contains("shed is called lodge in the site: type that name"),
            "\(outcome.complaint)")
        try folder.does("site", "channel", "up", "garage", "lodge")
    }

    @Test func aPeerThatHasRemovedThisStationIsNotSaidToKnowIt() throws {
        for (reason, state, said) in [
            ("not_accepted", PeerStatus.State.down, nil),
            ("no_answer", .down, "if that box is still in use: remove this station there, too"),
            (nil, .up, "shed still knows this station: remove it there, too"),
        ] as [(String?, PeerStatus.State, String?)] {
            let folder = try Self.made()
            var status = Status()
            var peer = PeerStatus()
            (peer.name, peer.state, peer.down.reason) = ("shed", state, reason)
            status.peers = [peer]
            try folder.answer(.status(status))
            let output = try folder.does("peer", "remove", "--no-reload", "shed")
            #expect(output.contains(said ?? "removed shed"))
            #expect(output.contains("there, too") == (said != nil))
        }
    }

    /// The name of one that was put out, which settings name, is its successor's in the site.
    @Test func aNameIsGivenToTheSuccessorAlsoWhereSettingsHaveIt() throws {
        let folder = try StationFolder("[channel yard]\nmembers = shed\n")
        try folder.writeIdentity()
        try folder.write(
            "[peer shed]\nkey = \(thirdKey)\nrevoked = yes\n", to: "state/peers.d/shed.conf")
        try folder.does("site", "init", "house")
        let added = try folder.run("site", "add", "shed", otherKey)
        #expect(added.output.contains("shed of the site is left out, as its name is taken here"))
        #expect(
            try folder.run("peer", "remove", "shed").complaint.contains("peer replace shed KEY"))
        try folder.does("peer", "replace", "--yes", "shed", otherKey)
        let file = try #require(folder.read("state/peers.d/shed.conf"))
        #expect(file.contains("key = \(otherKey)") && !file.contains("revoked"), "\(file)")
    }

    @Test(
        arguments: [
            (["pool"], true, "peer", nil, ": sudo intercomctl site replace pool pool-2"),
            (["pool"], false, "peer", nil, ", pair it instead with the station that introduces; "),
            ([], true, "peer", nil, ": sudo intercomctl peer replace pool pool-2"),
            ([], true, "site", nil, ": sudo intercomctl peer replace pool pool-2"),
            (nil, true, "site", nil, ": sudo intercomctl site replace pool pool-2"),
            (["pool"], true, "site", "spa", ": sudo intercomctl site replace spa pool-2"),
        ] as [([String]?, Bool, String, String?, String)])
    func aSuccessorOfAStationOfTheSiteComesThere(
        _ peers: [String]?, introduces: Bool, _ place: String, _ there: String?, _ way: String
    ) {
        var site = SiteStatus()
        (site.peers, site.introduces) = (peers ?? [], introduces)
        let known = peers == nil ? nil : site
        let advice = succession(of: "pool-2", after: "pool", place, known, there)
        #expect(advice.hasPrefix("if it takes the place of pool, which is gone\(way)"))
    }

    @Test func aNewNameOfTheSiteThatAnotherPeerHasIsNotTakenHere() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        for (name, key) in [("shed", thirdKey), ("garage", otherKey)] {
            try folder.write("[peer \(name)]\nkey = \(key)\n", to: "state/peers.d/\(name).conf")
        }
        try folder.site("init house", "add garage")
        #expect(
            try folder.run("site", "rename", "garage", "shed").output.contains(
                "garage keeps its name here, where another peer is called shed\n"))
    }

    @Test func aStationThatComesBackIsNotInItsChannelsAndThatIsSaid() throws {
        try folder.site("channel up garage kitchen", "channel own garage", "channel house all")
        let removed = try folder.run("site", "remove", "--yes", "garage").output
        #expect(removed.contains("garage was alone in these channels, which end: own\n"))
        let added = try folder.run("site", "add", "garage", otherKey).output
        #expect(
            added.contains(
                "garage is not in the site's channel up; to let it in: sudo intercomctl site"
                    + " channel up kitchen garage\n"), "\(added)")
    }

    @Test(
        arguments: [
            (true, [], nil, ": sudo intercomctl site add pool"),
            (false, [], nil, ", pair it with the station that introduces: intercomctl pair --join"),
            (true, [], "tub", ", in the place of tub: sudo intercomctl site replace tub pool; "),
            (false, [], "tub", ", in the place of tub, pair it with the station that introduces; "),
            (
                false, ["kitchen"], nil,
                ", pair it with kitchen, which introduces: intercomctl pair "
            ),
        ] as [(Bool, [String], String?, String)])
    func aPeerThatIsNotInTheSiteIsToldTheWayIntoItsPlace(
        introduces: Bool, _ introducers: [String], _ former: String?, _ way: String
    ) {
        var site = SiteStatus()
        (site.introduces, site.introducers) = (introduces, introducers)
        #expect(wayIntoSite(of: "pool", inPlaceOf: former, site).hasPrefix(way))
    }

    @Test func theStationThatIntroducesIsNamedWhereTheDaemonKnowsIt() throws {
        try folder.remove("state/keys/site.key")
        var status = Status()
        status.site.introducers = ["shed"]
        try folder.answer(.status(status))
        #expect(
            try folder.run("site", "add", "pool", thirdKey).complaint
                == "intercomctl: this station does not introduce the site house: type this at shed,"
                + " which introduces\n")
        #expect(
            try folder.run("peer", "remove", "garage").complaint.contains(
                "sudo intercomctl site remove garage, at shed, which introduces; for this"))
        #expect(try folder.run("site", "list").output.contains("\nshed introduces\n"))
        // Files that cannot be used change nothing about it, nor do those that a user may not read.
        try folder.remove("state/keys/identity")
        for introduces in [false, true] {
            (status.site.name, status.site.introduces) = ("house", introduces)
            try folder.answer(.status(status))
            let complaint = try folder.run("site", "remove", "garage").complaint
            #expect(complaint.contains("house: type this at shed") != introduces, "\(complaint)")
        }
    }
}
