import Testing

@Suite struct SiteLeaveTests {
    @Test(arguments: [false, true])
    func aButtonForAChannelOfTheSiteIsNamedBeforeItGoes(hasEnded: Bool) throws {
        let folder = try StationFolder.withSite(
            "init house", "add garage \(otherKey)", "channel up all")
        let main = try #require(folder.read("etc/intercomd.conf"))
        let button = "\n[button door]\nline = GPIO1\ntalk = up\n"
        try folder.write(main + button, to: "etc/intercomd.conf")
        // Also where the site has it no more, for which a button waits only in a site.
        if hasEnded { try folder.does("site", "channel", "up", "-") }
        try folder.remove("state/keys/site.key")
        let line =
            (main + button).split(separator: "\n", omittingEmptySubsequences: false).count - 1
        let outcome = try folder.run("site", "leave")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: the button door names the channel up, and without the site this"
                + " station has none of that name; nothing is changed. Give the button another"
                + " target at \(folder.config)/intercomd.conf:\(line), or write a [channel up]"
                + " there; then, again: sudo intercomctl site leave\n")
        #expect(folder.read("state/peers.d/garage.conf") != nil)
        try folder.write(main + button + "[channel up]\n", to: "etc/intercomd.conf")
        let left = try folder.run("site", "leave", "--yes")
        #expect(left.code == 0)
        #expect(
            left.output.contains(
                "taken out before: where the site is introduced: sudo intercomctl"
                    + " site remove kitchen\n"), "\(left.output)")
        #expect(try folder.run("config", "check").code == 0)
        #expect(folder.read("state/peers.d/garage.conf") == nil)
    }

    /// What only a key can do nobody can do then, so that is asked first.
    @Test func oneThatIntroducesLeavesWithItsKey() throws {
        let folder = try StationFolder.withSite("init house", "add garage \(otherKey)")
        let roster = folder.read("state/roster")
        let asked = try folder.run("site", "leave")
        #expect(asked.code == 2)
        #expect(
            asked.complaint.contains(
                "this station introduces the site house, and erases its key: without a copy, nobody"
                    + " can change the site then, but take it over; without a terminal to ask at,"
                    + " say --yes\n"), "\(asked.complaint)")
        #expect(folder.read("state/roster") == roster && roster != nil)
        #expect(
            try folder.does("site", "leave", "--yes").contains(
                "for the others to go on, on one of them: sudo intercomctl site init house"
                    + " --take-over\n"))
        for name in ["roster", "keys/site.key", "peers.d/garage.conf"] {
            #expect(folder.read("state/\(name)") == nil)
        }
        // Another site may begin here.
        try folder.does("site", "init", "home")
    }

    @Test(arguments: [true, false])
    func aSiteIsTakenOverOnlyWhereThatIsMeant(introduces: Bool) throws {
        let folder = try StationFolder.withSite("init house")
        if !introduces {
            try folder.remove("state/keys/site.key")
        }
        let roster = folder.read("state/roster")
        let asked = try folder.run("site", "init", "home", "--take-over")
        #expect(asked.code == 2)
        #expect(
            asked.complaint.contains(
                "under a new key each other station has to join the site anew, by hand; without a"
                    + " terminal to ask at, say --yes\n"), "\(asked.complaint)")
        #expect(folder.read("state/roster") == roster && roster != nil)
        let said = try folder.does("site", "init", "home", "--take-over", "--yes")
        #expect(
            said.contains(
                "\nwhere no peer shows the site to a station: intercomctl pair --join --move there,"
                    + " and sudo intercomctl pair --join CODE here\n"), "\(said)")
        #expect(folder.read("state/roster") != roster)
        #expect(folder.read("state/keys/site.key") != nil)
    }
}
