import Foundation
import Testing

private let psk = String(repeating: "5a", count: 32) + "\n"

@Suite struct PeerAddTests {
    private let folder: StationFolder

    init() throws { folder = try StationFolder() }

    @Test func writesThePeerFileAndTellsTheNextStep() throws {
        let folder = try StationFolder("[channel house]\nmembers = *")
        try folder.writeIdentity()
        let outcome = try folder.run("peer", "add", "garage", "garage.local", otherKey.uppercased())
        #expect(outcome.code == 0 && outcome.complaint.isEmpty)
        #expect(
            outcome.output == """
                added garage; fingerprint: \(otherFingerprint)
                compare it with "intercomctl key show --fingerprint" on garage;
                if they match: sudo intercomctl peer verify garage DIGITS
                intercomd is not running; it reads this at its next start

                """)
        #expect(
            folder.read("state/peers.d/garage.conf") == """
                # Written by intercomctl peer add.
                [peer garage]
                address = garage.local
                key = \(otherKey)

                """)
        #expect(folder.mode(of: "state/peers.d/garage.conf") == 0o640)
        #expect(try folder.run("config", "check").output.hasSuffix(" 1 peer\n"))
    }

    @Test func aKeyInPiecesIsTaken() throws {
        let (head, tail) = (String(otherKey.prefix(30)), String(otherKey.dropFirst(30)))
        for words in [
            ["garage.local", head, tail], ["garage.local", "key", "=", "\(otherKey),"],
        ] {
            let folder = try StationFolder()
            try folder.writeIdentity()
            let outcome = try folder.run(["peer", "add", "garage"] + words)
            #expect(outcome.code == 0, "\(words): \(outcome.complaint)")
            let text = try #require(folder.read("state/peers.d/garage.conf"))
            #expect(text.contains("address = garage.local\nkey = \(otherKey)\n"))
        }
        try folder.writeIdentity()
        let outcome = try folder.run("peer", "add", "garage", "garage.local", head)
        #expect(outcome.code == 1 && outcome.complaint.contains("the key has 20 of 52 characters"))
    }

    @Test func aKeyThatIsAnothersIsRefusedWithTheWayOut() throws {
        try folder.writeIdentity()
        let own = try folder.run("key", "show").output.split(separator: "\n")[0]
        let copied = try folder.run("peer", "add", "garage", "garage.local", String(own))
        #expect(
            copied.complaint.contains(
                "that is this station's own key; if another station shows it, one's memory card was"
                    + " copied from the other's: "), "\(copied)")
        try folder.does("peer", "add", "garage", "garage.local", otherKey)
        #expect(
            try folder.run("peer", "add", "garage", "garage.local", thirdKey).complaint.contains(
                "; if its station was replaced: sudo intercomctl peer replace garage \(thirdKey)\n")
        )
    }

    @Test func copiesTheSecretOutOfSight() throws {
        let file = try folder.writePSK(psk)
        let output = try folder.does("peer", "add", "--psk-file", file, "garage", "-", otherKey)
        #expect(folder.read("state/keys/garage.psk") == psk)
        #expect(folder.mode(of: "state/keys/garage.psk") == 0o600)
        #expect(folder.mode(of: "state/keys") == 0o700)
        let text = try #require(folder.read("state/peers.d/garage.conf"))
        #expect(text.contains("\naddress = \n") && text.contains("\npsk = file:garage.psk\n"))
        #expect(!text.contains("5a5a") && !output.contains("5a5a"))
        try folder.does("config", "check")
        // Again, with a new address: the secret stays.
        let renewal = try folder.run("peer", "add", "garage", "192.0.2.9:6000", otherKey)
        #expect(renewal.code == 0)
        #expect(renewal.output.contains("\nits pre-shared key stays as it was\n"))
        let again = try #require(folder.read("state/peers.d/garage.conf"))
        #expect(again.contains("address = 192.0.2.9:6000\n"))
        #expect(again.contains("\npsk = file:garage.psk\n"))
    }

    @Test func theSecretOfAFormerStationIsNotTaken() throws {
        try folder.write(psk, to: "state/keys/garage.psk", mode: 0o600)
        let outcome = try folder.run("peer", "add", "garage", "-", otherKey)
        #expect(outcome.code == 0 && !outcome.output.contains("of before"))
        #expect(
            outcome.output.contains("\na pre-shared key left from a former garage is removed\n"))
        #expect(folder.read("state/peers.d/garage.conf")?.contains("psk") == false)
        #expect(folder.read("state/keys/garage.psk") == nil)
    }

    @Test func aSecretThatAnotherPeerUsesIsLeft() throws {
        try folder.write(psk, to: "state/keys/garage.psk", mode: 0o600)
        try folder.write(
            "[peer attic]\nkey = \(thirdKey)\npsk = file:garage.psk\n",
            to: "etc/peers.d/attic.conf")
        try folder.does("peer", "add", "garage", "-", otherKey)
        #expect(folder.read("state/keys/garage.psk") == psk)
    }

    @Test func aSecretOfBeforeMustBeThere() throws {
        let before = "[peer garage]\nkey = \(otherKey)\npsk = file:garage.psk\n"
        try folder.write(before, to: "state/peers.d/garage.conf")
        let outcome = try folder.run("peer", "add", "garage", "-", otherKey)
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("state/peers.d/garage.conf:3: psk = file:garage.psk: "))
        #expect(outcome.complaint.hasSuffix("; pass the file again with --psk-file\n"))
        #expect(folder.read("state/peers.d/garage.conf") == before)
    }

    @Test func refusesWhatWouldConfuseTwoStations() throws {
        let folder = try StationFolder("[channel house]")
        try folder.writeIdentity()
        try folder.write("[peer attic]\nkey = \(otherKey)\n", to: "etc/peers.d/attic.conf")
        let spoiled = String(otherKey.dropLast()) + "a"
        let cases: [([String], String)] = [
            (["cellar", "-", ownKey], "that is this station's own key"),
            (["cellar", "-", otherKey], "that key is already known as attic: "),
            (["attic", "-", otherKey], "attic is already known, change it in "),
            (["attic", "-", thirdKey], "attic is already known with another key: "),
            (["kitchen", "-", thirdKey], "kitchen is this station's own name"),
            (["house", "-", thirdKey], "with this the configuration would be wrong, so nothing"),
            (["Cellar", "-", thirdKey], "\"Cellar\" is not a name: "),
            (["cellar", "a b", thirdKey], "\"a b\" is not a host name or address; an address"),
            (["cellar", "", thirdKey], "the address is empty; write -"),
            (["cellar", "ADDRESS", thirdKey], "ADDRESS stands for an address; an address is"),
            (["cellar", "b.local, HOST", thirdKey], "HOST stands for an address; an address is"),
            (["cellar", "192.168.1", thirdKey], "\"192.168.1\" is not an IPv4 address"),
            (["cellar", "2001:db8::1:5577", thirdKey], "\"2001:db8::1:5577\" ends like a port"),
            (["cellar", "a,", thirdKey], "an address is missing; an address is"),
            (
                ["cellar", "-", spoiled],
                "the key has a typing error: its check letters do not fit; "
            ),
            (["cellar", "-", "x"], "a key begins with intercom1: and this does not"),
            (["cellar", thirdKey, "-"], "\"intercom1:"),
            (["cellar", "-", otherFingerprint], "that is a fingerprint and not a key"),
            (["--", "cellar", "a\nkey = x", thirdKey], "\"a?key = x\" is not a host"),
        ]
        for (arguments, complaint) in cases {
            let outcome = try folder.run(["peer", "add"] + arguments)
            #expect(outcome.code == 1)
            #expect(outcome.complaint.hasPrefix("intercomctl: \(complaint)"))
            #expect(folder.mode(of: "state/peers.d/\(arguments[0]).conf") == nil)
        }
    }

    /// What root writes for the daemon, the daemon must be able to read.
    @Test(.enabled(if: geteuid() == 0)) func filesBelongToWhomTheStateBelongs() throws {
        try folder.write(psk, to: "shared.psk", mode: 0o600)
        let state = folder.root.appendingPathComponent("state").path
        try FileManager.default.setAttributes(
            [.ownerAccountID: 4711, .groupOwnerAccountID: 4712], ofItemAtPath: state)
        let file = folder.root.appendingPathComponent("shared.psk").path
        #expect(
            try folder.run("peer", "add", "--psk-file", file, "garage", "-", otherKey).code == 0)
        for name in ["keys", "keys/garage.psk", "peers.d", "peers.d/garage.conf"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(state)/\(name)")
            #expect(attributes[.ownerAccountID] as? Int == 4711)
            #expect(attributes[.groupOwnerAccountID] as? Int == 4712)
        }
    }

    /// The daemon's identity is its own user's, a psk file that of the person behind sudo.
    @Test(.enabled(if: geteuid() == 0)) func rootReadsSecretsThatBelongToOthers() throws {
        try folder.writeIdentity()
        try folder.write(psk, to: "shared.psk", mode: 0o600)
        for (name, user) in [("state/keys/identity", 4711), ("shared.psk", 4713)] {
            try FileManager.default.setAttributes(
                [.ownerAccountID: user],
                ofItemAtPath: folder.root.appendingPathComponent(name).path)
        }
        let file = folder.root.appendingPathComponent("shared.psk").path
        let outcome = try folder.run("peer", "add", "--psk-file", file, "garage", "-", otherKey)
        #expect(outcome.complaint == "")
        #expect(outcome.code == 0)
        try folder.does("key", "show")
    }

    @Test func refusesASecretThatOthersCanRead() throws {
        try folder.write(psk, to: "shared.psk", mode: 0o644)
        let file = folder.root.appendingPathComponent("shared.psk").path
        let wide = try folder.run("peer", "add", "--psk-file", file, "garage", "-", otherKey)
        #expect(wide.code == 1 && wide.complaint.contains("chmod 600 \(file)"))
        try folder.write("5a5a\n", to: "shared.psk", mode: 0o600)
        let short = try folder.run("peer", "add", "--psk-file", file, "garage", "-", otherKey)
        #expect(short.code == 1 && short.complaint.contains("64 hexadecimal digits"))
        #expect(folder.mode(of: "state/peers.d/garage.conf") == nil)
    }

    @Test func aWrongConfigurationIsMendedFirst() throws {
        let folder = try StationFolder("[netwrok]")
        let outcome = try folder.run("peer", "add", "garage", "-", otherKey)
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("intercomd.conf:6: [netwrok] is not a section"))
    }
}
