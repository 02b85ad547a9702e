import Foundation
import Report
import Synchronization
import Testing

/// A change of the site at the station that introduces, and what the others have of it.
@Suite struct SiteChangeTests {
    /// Kitchen introduces garage and attic: number 3.
    private func folder() throws -> StationFolder {
        try .withSite("init house", "add garage \(otherKey)", "add attic \(thirdKey)")
    }

    /// Garage is up; these are not known to have number 3.
    private func status(behind: [String]) -> Status {
        var garage = PeerStatus()
        (garage.name, garage.state) = ("garage", .up)
        var status = Status()
        status.peers = [garage]
        (status.site.name, status.site.number) = ("house", 3)
        (status.site.peers, status.site.behind) = (["attic", "garage"], behind)
        return status
    }

    @Test func aChangeWaitsUntilAStationThatIsUpHasToldOfItsList() throws {
        let folder = try folder()
        let asked = Mutex(0)
        let replies = [["garage", "attic"], ["garage", "attic"], ["attic"]].map {
            Reply.status(status(behind: $0)).encoded
        }
        try folder.answer { _ in
            let count = asked.withLock { count in
                count += 1
                return count
            }
            return [replies[min(count, replies.count) - 1]]
        }
        let outcome = try folder.run("site", "channel", "--no-reload", "up", "garage")
        #expect(outcome.code == 0, "\(outcome.complaint)")
        #expect(asked.withLock { $0 } == 3)
        #expect(!outcome.output.contains("no other station is known to have"))
    }

    /// A thief may have swapped names; what is refused helps nobody.
    @Test func onlyARenameThatWorksIsAdvised() throws {
        let folder = try folder()
        try folder.site("rename attic loft")
        try folder.remove("state/keys/site.key")
        for (garage, loft, lines) in [
            ("loft", "garage", ["garage is loft here", "loft is garage here"]),
            (
                "shed", "loft",
                [
                    "garage is shed here; for the site's name: sudo intercomctl peer rename shed"
                        + " garage"
                ]
            ),
        ] {
            for (file, name, key) in [("garage", garage, otherKey), ("loft", loft, thirdKey)] {
                try folder.write("[peer \(name)]\nkey = \(key)\n", to: "state/peers.d/\(file).conf")
            }
            let listed = try folder.does("site", "list").split(separator: "\n").map(String.init)
            #expect(listed.filter { $0.contains(" here") } == lines)
        }
        let config = try #require(folder.read("etc/intercomd.conf"))
        // Settings name a peer as the introducer, or have it in a person's file.
        try folder.write("\(config)\n[site]\nintroductions = from shed\n", to: "etc/intercomd.conf")
        #expect(try folder.does("site", "list").contains("\ngarage is shed here\n"))
        try folder.remove("state/peers.d/garage.conf")
        try folder.write("\(config)\n[peer shed]\nkey = \(otherKey)\n", to: "etc/intercomd.conf")
        #expect(try folder.does("site", "list").contains("\ngarage is shed here\n"))
        // What this station itself is called no peer can be.
        try folder.write("[peer shed]\nkey = \(otherKey)\n", to: "state/peers.d/garage.conf")
        try folder.write(
            config.replacingOccurrences(of: "name = kitchen", with: "name = garage"),
            to: "etc/intercomd.conf")
        #expect(try folder.does("site", "list").contains("\ngarage is shed here\n"))
    }

    /// Without a daemon, nothing is known of others.
    @Test func aChangeWhileTheDaemonIsOffIsDoubted() throws {
        let told = try folder().does("site", "channel", "up", "garage")
        #expect(told.contains("no other station is known to have number "))
    }

    @Test func aChangeOfAnOlderListThanAnotherStationHasIsRefused() throws {
        let folder = try folder()
        let before = folder.read("state/roster")
        var status = status(behind: ["garage", "attic"])
        status.peers = []
        var newer = SiteStatus.Older()
        (newer.station, newer.number) = ("garage", 4)
        status.site.older = [newer]
        try folder.answer(.status(status))
        let outcome = try folder.run("site", "channel", "up", "garage")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: garage has number 4 of the list, and this station 3: wait until it"
                + " has come (intercomctl site list)\n")
        #expect(folder.read("state/roster") == before && before != nil)
        // What another station has made may have the same number.
        status.site.number = 4
        for (number, word) in [(3, "no, 3"), (4, "another 4")] {
            status.site.older[0].number = number
            try folder.answer(.status(status))
            let lines = try folder.does("site", "list").split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("garage ") && $0.contains(" \(word) ") })
        }
    }

    /// Of a station that is no peer here, as something else has had its name.
    @Test func aKeyOfTheSiteTakesNoPeersPlace() throws {
        let folder = try StationFolder.withSite("init house", "add garage \(otherKey)")
        try folder.remove("state/peers.d/garage.conf")
        let barn = "[peer barn]\nkey = \(thirdKey)\n"
        try folder.write(barn, to: "state/peers.d/barn.conf")
        let outcome = try folder.run("peer", "replace", "--yes", "barn", otherKey)
        #expect(outcome.code == 1)
        #expect(outcome.complaint == "intercomctl: that key is in the site already, as garage\n")
        #expect(folder.read("state/peers.d/barn.conf") == barn)
    }
}
