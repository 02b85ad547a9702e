import Control
import Foundation
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
            (["replace", "--yes", "garage", thirdKey], "replace garage KEY"),
            (["add", "garage", "-", thirdKey], "replace garage KEY"),
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
                "sudo intercomctl site remove garage, at the station that introduces it; for this"
                    + " station alone: sudo intercomctl peer set garage --revoked yes"))
        #expect(try folder.run("peer", "set", "garage", "--revoked", "yes").code == 0)
        #expect(
            try folder.run("peer", "remove", "garage").complaint.contains("is put out here already")
        )
        // A name is each station's own.
        #expect(try folder.run("peer", "rename", "garage", "barn").code == 0)
    }

    @Test func aPeerThatHasRemovedThisStationIsNotSaidToKnowIt() throws {
        for (reason, state, said) in [
            ("not_accepted", PeerStatus.State.down, nil),
            ("no_answer", .down, "shed may still know this station"),
            (nil, .up, "shed still knows this station"),
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
            #expect(outcome.output.contains("this station: remove") == (said != nil))
        }
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
                == "\(begin), pair it where the site is introduced instead; there: sudo"
                + " intercomctl site replace pool PEER")
        #expect(line([], introduces: true) == "\(begin): sudo intercomctl peer replace pool pool-2")
        #expect(
            succession(of: "pool-2", after: "pool", "site", nil)
                == "\(begin): sudo intercomctl site replace pool pool-2")
    }
}
