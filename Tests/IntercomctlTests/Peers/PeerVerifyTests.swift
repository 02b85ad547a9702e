import Foundation
import Testing

@Suite struct PeerVerifyTests {
    @Test func whatWasComparedIsKeptWithTheKey() throws {
        let folder = try StationFolder()
        _ = try folder.run("peer", "add", "garage", "-", otherKey)
        let wrong = String(otherFingerprint.reversed())
        let refused = try folder.run("peer", "verify", "garage", wrong)
        #expect(refused.code == 1)
        #expect(refused.complaint.contains("these digits do NOT fit the key"))
        #expect(folder.read("state/peers.d/garage.conf")?.contains("verified") == false)
        let halves = otherFingerprint.split(separator: " ").map(String.init)
        let done = try folder.run(["peer", "verify", "garage"] + halves)
        #expect(done.code == 0 && done.output.hasPrefix("garage is verified"))
        let line = "key = \(otherKey)\nverified = \(otherFingerprint)\n"
        #expect(folder.read("state/peers.d/garage.conf")?.contains(line) == true)
        try folder.does("config", "check")
        let hyphens = otherFingerprint.replacing(" ", with: "-")
        try folder.does("peer", "verify", "garage", hyphens)
        // Again, and with a new address.
        try folder.does("peer", "verify", "garage", otherFingerprint)
        try folder.does("peer", "add", "garage", "192.0.2.9", otherKey)
        let text = folder.read("state/peers.d/garage.conf") ?? ""
        #expect(text.components(separatedBy: "verified = \(otherFingerprint)\n").count == 2)
    }

    @Test func whatCannotBeVerifiedIsSaid() throws {
        let folder = try StationFolder()
        try folder.write("[peer attic]\nkey = \(otherKey)\n", to: "etc/peers.d/attic.conf")
        for (arguments, code, complaint) in [
            (
                ["attic", otherFingerprint], 1,
                "below the key there: verified = \(otherFingerprint)"
            ),
            (["attic", "12345"], 2, "these are 5 digits; DIGITS are the 24 that"),
            (["attic", "x"], 2, "DIGITS are the 24 that"),
            (["atic", otherFingerprint], 1, "unknown peer \"atic\"; did you mean \"attic\"?"),
        ] {
            let outcome = try folder.run(["peer", "verify"] + arguments)
            #expect(outcome.code == Int32(code) && outcome.complaint.contains(complaint))
        }
    }
}
