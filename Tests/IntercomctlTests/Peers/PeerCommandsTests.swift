import Testing

private let psk = String(repeating: "5a", count: 32) + "\n"

/// What a person has written into the file that `peer add` made.
private let written = """
    # Behind the barn.
    [peer garage]
    address = 192.0.2.7  # wired
    key = \(otherKey)
    psk = file:garage.psk
    verified = \(otherFingerprint)
    suite = 2
    gain = +3dB
    mute = yes
    priority = high
    x-room = west

    [policy garage]
    drop-in = allow

    """

@Suite struct PeerCommandsTests {
    private let folder: StationFolder

    init() throws { folder = try Self.made() }

    private static func made(_ main: String = "") throws -> StationFolder {
        let folder = try StationFolder(main)
        try folder.writeIdentity()
        try folder.write(psk, to: "state/keys/garage.psk", mode: 0o600)
        try folder.write(written, to: "state/peers.d/garage.conf")
        return folder
    }

    @Test func addingAgainKeepsWhatItDoesNotSet() throws {
        let output = try folder.does("peer", "add", "garage", "192.0.2.8", otherKey)
        #expect(
            folder.read("state/peers.d/garage.conf")
                == written.replacing("192.0.2.7  # wired", with: "192.0.2.8  # wired"))
        #expect(folder.read("state/keys/garage.psk") == psk)
        #expect(!output.contains("peer verify"), "it is verified already")
    }

    @Test func settingChangesThatAlone() throws {
        try folder.does(
            "peer", "set", "garage", "--address", "barn.local, 192.0.2.9:6000", "--gain", "-6dB",
            "--suite", "1")
        #expect(
            folder.read("state/peers.d/garage.conf")
                == written.replacing(
                    "192.0.2.7  # wired", with: "barn.local, 192.0.2.9:6000  # wired"
                ).replacing("suite = 2", with: "suite = 1").replacing("+3dB", with: "-6dB"))
        try folder.does("config", "check")
    }

    /// Where nothing is set, every station has auto.
    @Test func autoIsNeededThereOnlyWhereASuiteIsSet() throws {
        let way = ": sudo intercomctl peer set there, too\n"
        for (suite, need) in [
            ("auto", "if the other station has a suite set"),
            ("2", "the other station needs the same"),
        ] {
            let output = try folder.does("peer", "set", "--suite", suite, "garage")
            #expect(output.contains("\(need)\(way)"), "\(output)")
        }
    }

    @Test func aPeerIsPutOutAndTakenBack() throws {
        try folder.does("peer", "set", "garage", "--revoked", "yes")
        #expect(folder.read("state/peers.d/garage.conf")?.contains("\nrevoked = yes\n") == true)
        try folder.does("config", "check")
        try folder.does("peer", "set", "garage", "--revoked", "no")
        #expect(folder.read("state/peers.d/garage.conf")?.contains("revoked") == false)
    }

    @Test func aStationOfTheSiteWithAPersonsSecretIsThatPersonsPeer() throws {
        let path = "state/peers.d/attic.conf"
        let text = "# Written by intercomctl site.\n[peer attic]\nkey = \(thirdKey)\n"
        try folder.write(text, to: path)
        let file = try folder.writePSK(psk)
        try folder.does("peer", "set", "attic", "--gain", "+1dB")
        #expect(folder.read(path)?.hasPrefix("# Written by intercomctl site.\n") == true)
        try folder.does("peer", "set", "attic", "--psk-file", file)
        let found = try #require(folder.read(path))
        #expect(found.hasPrefix("# Written by intercomctl peer set.\n"))
        #expect(found.contains("\npsk = file:attic.psk\n"))
    }

    @Test func wrongOptionsChangeNothing() throws {
        for (options, complaint) in [
            (["--gain", "loud"], "gain: \"loud\""), (["--suite", "3"], "suite: \"3\""),
            (["--address", "192.168.1"], "four numbers"), (["--address", ""], "needs a value"),
            (["--revoked", "maybe"], "revoked: \"maybe\""), ([], "peer set needs"),
        ] {
            let outcome = try folder.run(["peer", "set", "garage"] + options)
            #expect(outcome.code != 0 && outcome.complaint.contains(complaint))
            #expect(folder.read("state/peers.d/garage.conf") == written)
        }
        let outcome = try folder.run("peer", "set", "garag", "--suite", "2")
        #expect(outcome.complaint.contains("did you mean \"garage\"?"))
    }

    @Test func listShowsThePeersWithoutADaemon() throws {
        try folder.write("[peer attic]\nkey = \(thirdKey)\n", to: "etc/peers.d/attic.conf")
        let text = try folder.run("peer", "list").output
        #expect(text.contains("attic"))
        #expect(text.contains("garage  192.0.2.7:5577  yes  yes       \(otherFingerprint)\n"))
        let json = try folder.run("peer", "list", "--json").output
        #expect(json.contains("\"address\":\"192.0.2.7:5577\"") && json.contains("\"suite\":2"))
        #expect(!(text + json).contains("5a5a"))
    }

    @Test func removingForgetsThePeerItsPolicyAndItsSecret() throws {
        let output = try folder.does("peer", "remove", "garage")
        #expect(output.hasPrefix("removed garage and its pre-shared key\n"))
        #expect(folder.read("state/peers.d/garage.conf") == nil)
        #expect(folder.read("state/keys/garage.psk") == nil)
        #expect(try folder.run("peer", "list").output.hasPrefix("no peers"))
    }

    @Test func whatTheSettingsNeedIsNotRemoved() throws {
        let folder = try Self.made("[channel house]\nmembers = garage")
        for words in [["remove", "garage"], ["rename", "garage", "barn"]] {
            let outcome = try folder.run(["peer"] + words)
            #expect(outcome.code == 1)
            #expect(
                outcome.complaint.contains(
                    "settings name the peer garage at \(folder.config)/intercomd.conf:7: change"))
            #expect(folder.read("state/peers.d/garage.conf") == written)
            #expect(folder.read("state/keys/garage.psk") == psk)
        }
    }

    /// A policy without a peer is a warning; but a name that is changed would lose it.
    @Test func onlyAPolicyOfTheSettingsKeepsNoPeer() throws {
        let folder = try Self.made("[policy garage]\nmessage = deny")
        try folder.write(
            written.replacing("[policy garage]\ndrop-in = allow\n", with: ""),
            to: "state/peers.d/garage.conf")
        let place = "\(folder.config)/intercomd.conf:6"
        let renamed = try folder.run("peer", "rename", "garage", "barn")
        #expect(renamed.code == 1)
        #expect(renamed.complaint.contains("settings name the peer garage at \(place): change"))
        let output = try folder.does("peer", "remove", "garage")
        #expect(output.contains("[policy garage] at \(place) stays, for the next peer"))
        #expect(folder.read("state/peers.d/garage.conf") == nil)
    }

    @Test func anotherNameIsThatOfFileAndSecretToo() throws {
        try folder.does("peer", "rename", "garage", "barn")
        #expect(folder.read("state/peers.d/garage.conf") == nil)
        #expect(
            folder.read("state/peers.d/barn.conf")
                == written.replacing("[peer garage]", with: "[peer barn]")
                .replacing("[policy garage]", with: "[policy barn]")
                .replacing("garage.psk", with: "barn.psk"))
        #expect(folder.read("state/keys/barn.psk") == psk)
        #expect(folder.read("state/keys/garage.psk") == nil)
        try folder.does("config", "check")
        for name in ["kitchen", "Barn"] {
            #expect(try folder.run("peer", "rename", "barn", name).code == 1)
        }
    }

    @Test func peersOfTheOwnerAreLeftAlone() throws {
        let folder = try StationFolder()
        let text = "[peer attic]\nkey = \(thirdKey)\n"
        try folder.write(text, to: "etc/peers.d/attic.conf")
        for words in [
            ["remove", "attic"], ["rename", "attic", "loft"], ["set", "attic", "--suite", "2"],
        ] {
            let outcome = try folder.run(["peer"] + words)
            #expect(
                outcome.code == 1 && outcome.complaint.contains("attic.conf, which this command"))
            #expect(folder.read("etc/peers.d/attic.conf") == text)
        }
    }
}
