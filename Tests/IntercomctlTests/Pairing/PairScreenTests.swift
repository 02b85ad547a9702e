import Foundation
import Report
import Testing

@testable import Intercomctl

@Suite struct PairScreenTests {
    @Test(
        arguments: [
            (.down, "10.0.0.7", false, "garage"), (.stale, "10.0.0.7", false, "garage"),
            (.up, "10.0.0.7", false, nil),
            // Under a name of its own it is known by its address.
            (.down, "10.0.0.7", true, nil), (.down, "10.0.0.9", true, "garage"),
        ] as [(PeerStatus.State, String, Bool, String?)])
    func aPeerThatIsAwayMayBeTheBoxThatWasPaired(
        state: PeerStatus.State, address: String, isNamed: Bool, expected: String?
    ) {
        var (old, new) = (PeerStatus(), PeerStatus())
        (old.name, old.state, old.endpoint) = ("garage", state, address)
        (new.name, new.state, new.endpoint) = ("garage-2", .up, "10.0.0.9")
        var report = PairingReport(.paired, "")
        (report.name, report.called, report.former) = ("garage-2", "garage", "garage")
        #expect(formerPeer(of: report, isNamed: isNamed, [old, new])?.name == expected)
    }

    /// A yes does not undo the decision of a person, or of the site.
    @Test func onlyThePlaceOfAPeerOfThisStationAloneIsOffered() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        let text = "[peer garage]\nkey = \(otherKey)\n"
        for (path, added, isOffered) in [
            ("state/peers.d/garage.conf", "", true),
            ("state/peers.d/garage.conf", "revoked = yes\n", false),
            ("etc/peers.d/garage.conf", "", false),
        ] {
            try folder.write(text + added, to: path)
            let book = try PeerBook(try Invocation(["--config", folder.config, "pair"]))
            #expect(book.mayReplace("garage") == isOffered, "\(path) \(added)")
            #expect(!book.mayReplace("barn"))
            try FileManager.default.removeItem(at: folder.root.appendingPathComponent(path))
        }
        try folder.write(text, to: "state/peers.d/garage.conf")
        try folder.does("site", "init", "house")
        try folder.does("site", "add", "garage")
        let book = try PeerBook(try Invocation(["--config", folder.config, "pair"]))
        #expect(!book.mayReplace("garage"))
    }
}
