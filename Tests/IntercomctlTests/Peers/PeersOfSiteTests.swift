import Foundation
import Report
import Testing

@testable import Intercomctl

/// Commands for a peer that is a station of the site.
@Suite struct PeersOfSiteTests {
    /// A kitchen that introduces garage to its site, and has a peer of its own.
    private func folder() throws -> StationFolder {
        let folder = try StationFolder()
        try folder.writeIdentity()
        try folder.write("[peer shed]\nkey = \(thirdKey)\n", to: "state/peers.d/shed.conf")
        for words in [["site", "init", "house"], ["site", "add", "garage", otherKey]] {
            let outcome = try folder.run(words)
            #expect(outcome.code == 0, "\(outcome.complaint)")
        }
        return folder
    }

    @Test func whatIsTheSitesIsDoneInTheSite() throws {
        let folder = try folder()
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
        #expect(try folder.run("peer", "remove", "shed").code == 0)
    }

    @Test func whereAnotherStationIntroducesThatIsToldToo() throws {
        let folder = try folder()
        try FileManager.default.removeItem(
            at: folder.root.appendingPathComponent("state/keys/site.key"))
        let outcome = try folder.run("peer", "remove", "garage")
        #expect(
            outcome.complaint.contains(
                "sudo intercomctl site remove garage, at the station that introduces; for this"
                    + " station alone, or if garage itself introduces: sudo intercomctl peer set"
                    + " garage --revoked yes"))
        #expect(try folder.run("peer", "set", "garage", "--revoked", "yes").code == 0)
        #expect(
            try folder.run("peer", "remove", "garage").complaint.contains("is put out here already")
        )
        // There nobody needs to know it by the name that it has here.
        #expect(
            try folder.run("peer", "replace", "garage", "shed").complaint.contains(
                "sudo intercomctl site replace garage \(thirdKey), at the station"))
        // A name is each station's own.
        #expect(try folder.run("peer", "rename", "garage", "barn").code == 0)
    }

    @Test func aChannelOfTheSiteIsOfStationsByTheirNamesThere() throws {
        let folder = try folder()
        #expect(try folder.run("site", "add", "lodge", thirdKey).code == 0)
        let outcome = try folder.run("site", "channel", "up", "garage", "shed")
        #expect(
            outcome.complaint.contains("shed is called lodge in the site: type that name"),
            "\(outcome.complaint)")
        #expect(try folder.run("site", "channel", "up", "garage", "lodge").code == 0)
    }

    @Test func aPeerThatSettingsNameGoesAfterThem() throws {
        for isInSite in [false, true] {
            let folder = try StationFolder("[channel yard]\nmembers = shed\n")
            try folder.writeIdentity()
            try folder.write("[peer shed]\nkey = \(thirdKey)\n", to: "state/peers.d/shed.conf")
            if isInSite { #expect(try folder.run("site", "init", "house").code == 0) }
            for words in [["remove", "shed"], ["rename", "shed", "barn"]] {
                let outcome = try folder.run(["peer"] + words)
                #expect(outcome.code == 1)
                #expect(
                    outcome.complaint.contains(
                        "settings name the peer shed at \(folder.config)/intercomd.conf:7: change"
                            + " that first; or, if another station takes its place: sudo"
                            + " intercomctl peer replace shed KEY|PEER"), "\(outcome.complaint)")
            }
        }
    }

    @Test func aPeerThatHasRemovedThisStationIsNotSaidToKnowIt() throws {
        for (reason, state, said) in [
            ("not_accepted", PeerStatus.State.down, nil),
            ("no_answer", .down, "if that box is still in use: remove this station there, too"),
            (nil, .up, "shed still knows this station: remove it there, too"),
        ] as [(String?, PeerStatus.State, String?)] {
            let folder = try folder()
            var status = Status()
            var peer = PeerStatus()
            (peer.name, peer.state, peer.down.reason) = ("shed", state, reason)
            status.peers = [peer]
            let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
            defer { daemon.stop() }
            let outcome = try folder.run("peer", "remove", "--no-reload", "shed")
            #expect(outcome.code == 0, "\(outcome.complaint)")
            #expect(outcome.output.contains(said ?? "removed shed"))
            #expect(outcome.output.contains("there, too") == (said != nil))
        }
    }

    @Test func oneThatWasPutOutIsNotToForgetThisStation() throws {
        let folder = try folder()
        #expect(try folder.run("peer", "set", "shed", "--revoked", "yes").code == 0)
        let outcome = try folder.run("peer", "remove", "shed")
        #expect(outcome.output.hasPrefix("removed shed\nintercomd is not running"))
    }

    /// The name of one that was put out, which settings name, is its successor's in the site.
    @Test func aNameIsGivenToTheSuccessorAlsoWhereSettingsHaveIt() throws {
        let folder = try StationFolder("[channel yard]\nmembers = shed\n")
        try folder.writeIdentity()
        try folder.write(
            "[peer shed]\nkey = \(thirdKey)\nrevoked = yes\n", to: "state/peers.d/shed.conf")
        #expect(try folder.run("site", "init", "house").code == 0)
        let added = try folder.run("site", "add", "shed", otherKey)
        #expect(
            added.output.contains(
                "shed of the site is left out: here that is another's name; that one was put out:"
                    + " sudo intercomctl peer remove shed\n"), "\(added.output)")
        #expect(
            try folder.run("peer", "remove", "shed").complaint.contains("peer replace shed KEY"))
        #expect(try folder.run("peer", "replace", "--yes", "shed", otherKey).code == 0)
        let file = try #require(folder.read("state/peers.d/shed.conf"))
        #expect(file.contains("key = \(otherKey)") && !file.contains("revoked"), "\(file)")
    }

    @Test func aSuccessorOfAStationOfTheSiteComesThere() {
        func line(_ peers: [String], introduces: Bool, _ place: String = "peer") -> String {
            var site = SiteStatus()
            (site.peers, site.introduces) = (peers, introduces)
            return succession(of: "pool-2", after: "pool", place, site)
        }
        let begin = "if it takes the place of pool, which is gone"
        #expect(
            line(["pool"], introduces: true)
                == "\(begin): sudo intercomctl site replace pool pool-2")
        #expect(
            line(["pool"], introduces: false)
                == "\(begin), pair it instead with the station that introduces; there: sudo"
                + " intercomctl site replace pool PEER")
        for place in ["peer", "site"] {
            #expect(
                line([], introduces: true, place)
                    == "\(begin): sudo intercomctl peer replace pool pool-2")
        }
        #expect(
            succession(of: "pool-2", after: "pool", "site", nil)
                == "\(begin): sudo intercomctl site replace pool pool-2")
        var site = SiteStatus()
        (site.peers, site.introduces) = (["pool"], true)
        #expect(
            succession(of: "pool-2", after: "pool", "site", site, "spa")
                == "\(begin): sudo intercomctl site replace spa pool-2")
    }

    @Test func aNewNameOfTheSiteThatAnotherPeerHasIsNotTakenHere() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        for (name, key) in [("shed", thirdKey), ("garage", otherKey)] {
            try folder.write("[peer \(name)]\nkey = \(key)\n", to: "state/peers.d/\(name).conf")
        }
        #expect(try folder.run("site", "init", "house").code == 0)
        #expect(try folder.run("site", "add", "garage").code == 0)
        #expect(
            try folder.run("site", "rename", "garage", "shed").output.contains(
                "garage keeps its name here, where another peer is called shed\n"))
    }

    @Test func aStationThatComesBackIsNotInItsChannelsAndThatIsSaid() throws {
        let folder = try folder()
        #expect(try folder.run("site", "channel", "up", "garage", "kitchen").code == 0)
        #expect(try folder.run("site", "channel", "own", "garage").code == 0)
        #expect(try folder.run("site", "channel", "house", "all").code == 0)
        let removed = try folder.run("site", "remove", "--yes", "garage").output
        #expect(removed.contains("garage was alone in these channels, which end: own\n"))
        let added = try folder.run("site", "add", "garage", otherKey).output
        #expect(
            added.contains(
                "garage is not in the site's channel up; to let it in: sudo intercomctl site"
                    + " channel up kitchen garage\n"), "\(added)")
        #expect(try folder.run("site", "channel", "up", "kitchen", "garage").code == 0)
        #expect(try folder.run("site", "channel", "down", "kitchen").code == 0)
        #expect(try folder.run("site", "channel", "off", "garage").code == 0)
        let other = try folder.run("site", "add", "pool", thirdKey).output
        #expect(
            other.contains(
                "pool is not in the site's channels down, off, up; to let it in: sudo intercomctl"
                    + " site channel NAME with all its stations\n"), "\(other)")
    }

    @Test func aPeerThatIsNotInTheSiteIsToldTheWayIntoItsPlace() {
        var (here, there, named) = (SiteStatus(), SiteStatus(), SiteStatus())
        here.introduces = true
        named.introducers = ["kitchen"]
        there.introducers = []
        #expect(
            wayIntoSite(of: "pool", inPlaceOf: nil, here) == ": sudo intercomctl site add pool")
        #expect(
            wayIntoSite(of: "pool", inPlaceOf: nil, there)
                == ", pair it with the station that introduces: intercomctl pair --join")
        #expect(
            wayIntoSite(of: "pool-2", inPlaceOf: "pool", here)
                == ", in the place of pool: sudo intercomctl site replace pool pool-2; beside it:"
                + " sudo intercomctl site add pool-2")
        #expect(
            wayIntoSite(of: "pool-2", inPlaceOf: "pool", there)
                == ", in the place of pool, pair it with the station that introduces; there: sudo"
                + " intercomctl site replace pool PEER")
        #expect(
            wayIntoSite(of: "pool", inPlaceOf: nil, named)
                == ", pair it with kitchen, which introduces: intercomctl pair --join")
    }

    @Test func theStationThatIntroducesIsNamedWhereTheDaemonKnowsIt() throws {
        let folder = try folder()
        try FileManager.default.removeItem(
            at: folder.root.appendingPathComponent("state/keys/site.key"))
        var status = Status()
        status.site.introducers = ["shed"]
        let daemon = try FakeDaemon(at: folder.socket, reply: .status(status))
        #expect(
            try folder.run("site", "add", "pool", thirdKey).complaint
                == "intercomctl: this station does not introduce the site house: type this at shed,"
                + " which introduces\n")
        #expect(
            try folder.run("peer", "remove", "garage").complaint.contains(
                "sudo intercomctl site remove garage, at shed, which introduces; for this"))
        #expect(try folder.run("site", "list").output.contains("\nshed introduces\n"))
        withExtendedLifetime(daemon) {}
    }
}
