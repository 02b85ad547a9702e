import Foundation
import Report
import Testing

/// A new station takes the place of a dead one: `peer replace NAME KEY|PEER`.
@Suite struct PeerReplaceTests {
    private static let psk = String(repeating: "5a", count: 32) + "\n"
    private static let otherPSK = String(repeating: "77", count: 32) + "\n"

    private let folder: StationFolder

    /// A kitchen whose garage has a policy and a channel, and a garage-2 from a pairing.
    init() throws {
        folder = try StationFolder("[channel house]\nmembers = garage\n")
        try folder.writeIdentity()
        try folder.write(
            """
            # the old one
            [peer garage]
            address = 192.0.2.5
            key = \(otherKey)
            psk = file:garage.psk
            verified = \(otherFingerprint)
            gain = -3dB
            [policy garage]
            call = ring

            """, to: "state/peers.d/garage.conf")
        try folder.write(Self.psk, to: "state/keys/garage.psk", mode: 0o600)
        try folder.write(
            """
            [peer garage-2]
            address = 192.0.2.9:5577
            key = \(thirdKey)
            psk = file:garage-2.psk
            suite = 2

            """, to: "state/peers.d/garage-2.conf")
        try folder.write(Self.otherPSK, to: "state/keys/garage-2.psk", mode: 0o600)
    }

    private func replace(_ words: String...) throws -> Intercomctl.Outcome {
        try folder.run(["peer", "replace", "--no-reload"] + words)
    }

    /// It is sealed for the former box.
    @Test func aMessageThatWaitsForTheFormerBoxIsToldToBeDropped() throws {
        var list = MessageList()
        list.messages = [("garage", "waiting"), ("garage", "heard"), ("garage-2", "sent")].map {
            var message = MessageList.Message()
            (message.peer, message.state) = $0
            return message
        }
        let reply = Reply.messages(list)
        try folder.answer { request in
            [request == .message(.list) ? reply.encoded : Reply.status(Status()).encoded]
        }
        let dropped = "a reload drops 1 unsent message, which only that box could open\n"
        #expect(try folder.does("peer", "remove", "--no-reload", "garage-2").contains(dropped))
        // Before it is done, too.
        let asked = try replace("garage", thirdKey).complaint
        #expect(asked.contains("; dropped with the former: 1 unsent message, which only that box"))
        #expect(try replace("--yes", "garage", thirdKey).output.contains(dropped))
    }

    @Test func aPeerFromAPairingTakesThePlaceWithItsKeyAddressAndSecret() throws {
        let outcome = try replace("--yes", "garage", "garage-2")
        #expect(outcome.code == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("garage-2 is garage now"))
        let text = try #require(folder.read("state/peers.d/garage.conf"))
        for line in [
            "# the old one", "key = \(thirdKey)", "address = 192.0.2.9:5577",
            "psk = file:garage.psk", "suite = 2", "gain = -3dB", "call = ring",
        ] {
            #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)\n\(text)")
        }
        #expect(!text.contains("verified") && !text.contains(otherKey))
        #expect(folder.read("state/keys/garage.psk") == Self.otherPSK)
        #expect(folder.mode(of: "state/keys/garage.psk") == 0o600)
        #expect(folder.read("state/peers.d/garage-2.conf") == nil)
        #expect(folder.read("state/keys/garage-2.psk") == nil)
        try folder.does("config", "check")
    }

    @Test func aKeyTakesThePlaceWithoutTheSecretAndTheMarkOfTheFormerOne() throws {
        _ = try folder.run("peer", "remove", "--no-reload", "garage-2")
        let outcome = try replace("--yes", "garage", thirdKey)
        #expect(outcome.code == 0, "\(outcome.complaint)")
        #expect(outcome.output.contains("peer verify garage DIGITS"))
        #expect(outcome.output.contains("so it must have none for this station either: pair the"))
        let text = try #require(folder.read("state/peers.d/garage.conf"))
        #expect(text.contains("key = \(thirdKey)") && text.contains("address = 192.0.2.5"))
        #expect(!text.contains("psk") && !text.contains("verified"))
        #expect(text.contains("call = ring"))
        #expect(folder.read("state/keys/garage.psk") == nil)
    }

    @Test func whatCannotTakeThePlaceIsRefusedAndChangesNothing() throws {
        let before = folder.read("state/peers.d/garage.conf")
        for (words, complaint) in [
            (["attic", thirdKey], "unknown peer \"attic\""),
            (["garag", thirdKey], "did you mean \"garage\"?"),
            (
                ["garage", thirdKey],
                "that key belongs to garage-2; if that is the new garage:"
                    + " sudo intercomctl peer replace garage garage-2"
            ),
            (
                ["garage", otherKey],
                "garage has that key already; nothing is changed. If it is down here all the"
                    + " same: intercomctl peers, here and there; another box may have"
            ),
            (["garage", ownKey], "this station's own key"),
            (["garage", "garage"], "cannot replace itself"),
            (["garage", "garage-3"], "unknown peer \"garage-3\""),
            (["garage", String(repeating: "5a", count: 32)], "that is a secret and not a"),
        ] {
            let outcome = try replace("--yes", words[0], words[1])
            #expect(outcome.code == 1, "\(words)")
            #expect(outcome.complaint.contains(complaint), "\(words): \(outcome.complaint)")
        }
        #expect(folder.read("state/peers.d/garage.conf") == before)
        #expect(folder.read("state/keys/garage.psk") == Self.psk)
    }

    /// The names are easily typed the wrong way round, and the live station would be gone.
    @Test func aPeerThatIsUpIsNotReplaced() throws {
        let before = ["garage", "garage-2"].map { folder.read("state/peers.d/\($0).conf") }
        var status = Status()
        status.peers = [PeerStatus()]
        (status.peers[0].name, status.peers[0].state) = ("garage-2", .up)
        try folder.answer(.status(status))
        let outcome = try replace("--yes", "garage-2", "garage")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: garage-2 is up, and the station that is gone is named first: sudo"
                + " intercomctl peer replace garage garage-2; if garage-2 is to go, switch it off"
                + " first, or: sudo intercomctl peer set garage-2 --revoked yes\n")
        #expect(["garage", "garage-2"].map { folder.read("state/peers.d/\($0).conf") } == before)
        // The control: the right way round.
        #expect(try replace("--yes", "garage", "garage-2").code == 0)
    }

    @Test func withoutATerminalAProgramHasToSayYes() throws {
        let outcome = try replace("garage", "garage-2")
        #expect(outcome.code == 2)
        #expect(outcome.complaint.contains("--yes"))
        #expect(folder.read("state/peers.d/garage-2.conf") != nil)
    }

    /// A peer of the administrator's own file stays the administrator's.
    @Test func aPeerInTheSettingsIsNotTouched() throws {
        try folder.write(
            "[peer attic]\nkey = \(ownKey)\n".replacingOccurrences(of: ownKey, with: thirdKey),
            to: "etc/peers.d/attic.conf")
        _ = try folder.run("peer", "remove", "--no-reload", "garage-2")
        let outcome = try replace("--yes", "attic", otherKey)
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("which this command never writes: edit it"))
        let paired = try replace("--yes", "garage", "attic")
        #expect(paired.code == 1)
        #expect(paired.complaint.contains("etc/peers.d/attic.conf"))
    }

    /// What the settings name cannot go.
    @Test func aPairedPeerThatAChannelNamesStays() throws {
        try folder.write(
            try #require(folder.read("etc/intercomd.conf")) + "[channel two]\nmembers = garage-2\n",
            to: "etc/intercomd.conf")
        let before = folder.read("state/peers.d/garage.conf")
        let outcome = try replace("--yes", "garage", "garage-2")
        #expect(outcome.code == 1)
        #expect(outcome.complaint.contains("nothing is changed"))
        #expect(folder.read("state/peers.d/garage.conf") == before)
    }
}
