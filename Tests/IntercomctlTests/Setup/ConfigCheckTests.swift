import Testing

@Suite struct ConfigCheckTests {
    @Test func aGoodConfigurationIsZero() throws {
        let folder = try StationFolder("[channel house]")
        try folder.write("[peer garage]\nkey = \(otherKey)\n", to: "etc/peers.d/garage.conf")
        try folder.write("not read", to: "etc/peers.d/garage.conf.bak")
        let outcome = try folder.run("config", "check")
        #expect(outcome.code == 0 && outcome.complaint.isEmpty)
        #expect(
            outcome.output
                == "ok: 2 files, station kitchen, 0 buttons, 1 channel, 0 lamps, 1 peer\n")
        #expect(
            try folder.run("config", "check", "--json").output
                == "{\"schema\":1,\"ok\":true,\"errors\":[],\"omitted\":0,\"warnings\":[]}\n")
    }

    @Test func mistakesAreOneWithFileAndLine() throws {
        let folder = try StationFolder("[network]\nprot = 1")
        try folder.write("[peer garage]\nkey = x\n", to: "etc/peers.d/garage.conf")
        let outcome = try folder.run("config", "check")
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        let lines = outcome.complaint.split(separator: "\n")
        // Where no daemon runs, nothing can be applied.
        #expect(lines.count == 3)
        #expect(lines[2] == "correct that, then: sudo systemctl start intercomd")
        #expect(
            lines[0] == "\(folder.config)/intercomd.conf:7: \"prot\" is not a setting of [network];"
                + " did you mean \"port\"?")
        #expect(lines[1].hasPrefix("\(folder.config)/peers.d/garage.conf:2: key: not a public key"))
        let json = try folder.run("config", "check", "--json")
        #expect(json.code == 1)
        #expect(
            json.output.hasPrefix(
                #"{"schema":1,"ok":false,"errors":[{"file":"\#(folder.config)/intercomd.conf","#
                    + #""line":7,"message":"\"prot\" is not a setting of [network]","#
                    + #""suggestion":"port"},"#))
    }

    /// The name of a file can hold what moves a terminal's cursor.
    @Test func namesOfFilesAreMadeVisible() throws {
        let folder = try StationFolder()
        try folder.write("[peer garage]\nkey = x\n", to: "etc/peers.d/a\u{1B}[2J.conf")
        let outcome = try folder.run("config", "check")
        #expect(outcome.code == 1 && outcome.complaint.contains("garage") == false)
        #expect(!outcome.complaint.utf8.contains(0x1B))
        #expect(outcome.complaint.contains("[2J.conf:2: key: not a public key"))
    }

    @Test func warningsAreFour() throws {
        let folder = try StationFolder("[session]\nrekey-after = 5s")
        let outcome = try folder.run("config", "check")
        #expect(outcome.code == 4)
        #expect(
            outcome.complaint.hasPrefix("warning: \(folder.config)/intercomd.conf:6: [session]"))
    }

    @Test func keysAreCheckedToTheirLastCharacter() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        let wrong = String(otherKey.dropLast()) + "c"
        try folder.write(
            "[peer a]\nkey = \(wrong)\n[peer b]\nkey = \(ownKey)\npsk = file:b.psk\n",
            to: "etc/peers.d/a.conf")
        let outcome = try folder.run("config", "check")
        #expect(outcome.code == 1)
        let file = "\(folder.config)/peers.d/a.conf"
        #expect(
            outcome.complaint == """
                \(file):2: key: its check characters do not fit; copy it again
                \(file):4: key: it is this station's own key
                \(file):5: psk = file:b.psk: open \(folder.state)/keys/b.psk: No such file or \
                directory; sudo intercomctl peer remove b, then pair anew
                correct that, then: sudo systemctl start intercomd

                """)
    }
}
