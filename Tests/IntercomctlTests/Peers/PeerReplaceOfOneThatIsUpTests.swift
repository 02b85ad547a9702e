import Report
import Testing

@Suite struct PeerReplaceOfOneThatIsUpTests {
    /// The names are easily typed the wrong way round, and the live station would be gone.
    @Test func aPeerThatIsUpIsNotReplaced() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        let files = ["garage": otherKey, "garage-2": thirdKey].map { name, key in
            (path: "state/peers.d/\(name).conf", text: "[peer \(name)]\nkey = \(key)\n")
        }
        for file in files { try folder.write(file.text, to: file.path) }
        var new = PeerStatus()
        (new.name, new.state) = ("garage-2", .up)
        var status = Status()
        status.peers = [new]
        try folder.answer(.status(status))
        let outcome = try folder.run("peer", "replace", "--yes", "garage-2", "garage")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: garage-2 is up, and the station that is gone is named first: sudo"
                + " intercomctl peer replace garage garage-2; if garage-2 is to go, switch it off"
                + " first, or: sudo intercomctl peer set garage-2 --revoked yes\n")
        for file in files { #expect(folder.read(file.path) == file.text) }
        // The control: the right way round.
        let right = try folder.run("peer", "replace", "--yes", "--no-reload", "garage", "garage-2")
        #expect(right.code == 0, "\(right.complaint)")
    }
}
