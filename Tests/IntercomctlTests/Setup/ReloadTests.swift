import Report
import Testing

@Suite struct ReloadTests {
    private let folder: StationFolder
    private let changes = [("~ [network] port: 5577 -> 6000", true), ("+ [peer attic]", false)]

    init() throws { folder = try StationFolder() }

    /// A daemon that has this difference.
    private func answer(_ lines: [(String, Bool)]) throws {
        var reload = Reply.Reload()
        reload.difference = lines.map { text, needsRestart in
            let section = text.dropFirst(3).prefix { $0 != "]" }
            return .init(text: text, section: String(section), needsRestart: needsRestart)
        }
        try folder.answer(.reload(reload))
    }

    @Test func eachLineIsShownWithWhatAppliesIt() throws {
        try answer(changes)
        let outcome = try folder.run("reload")
        #expect(outcome.code == 4 && outcome.complaint.isEmpty)
        #expect(outcome.output.hasPrefix("~ [network] port: 5577 -> 6000  (needs a restart)\n"))
        let json = try folder.run("reload", "--json")
        #expect(
            json.output == "{\"schema\":1,\"difference\":"
                + "[{\"text\":\"~ [network] port: 5577 -> 6000\",\"section\":\"network\","
                + "\"restart\":true},"
                + "{\"text\":\"+ [peer attic]\",\"section\":\"peer attic\",\"restart\":false}]}\n")
    }

    @Test func aSettingThatIsGoneIsToldAgain() throws {
        let folder = try StationFolder("[session]\nrekey-after = 5s\n")
        try folder.answer(.reload(Reply.Reload()))
        let check = try folder.run("config", "check")
        let reload = try folder.run("reload")
        #expect(reload.complaint == check.complaint)
        #expect(reload.complaint.hasPrefix("warning: \(folder.config)/intercomd.conf:"))
        #expect(reload.code == 0 && reload.output == "nothing has changed\n")
    }

    @Test func badFilesAreToldLineByLine() throws {
        try folder.answer(.refused(ControlError(.failed, "a.conf:3: one\na.conf:4: t\u{1b}wo")))
        let outcome = try folder.run("reload")
        #expect(outcome.code == 1 && outcome.output.isEmpty)
        let rest = "until that is mended, the settings in use stay as they are\n"
        #expect(outcome.complaint == "intercomctl: a.conf:3: one\na.conf:4: t?wo\n\(rest)")
    }

    @Test func anotherNameIsForThisStationAlone() throws {
        try answer([("~ [station] name: kitchen -> hall", false)])
        let output = try folder.does("reload")
        #expect(output.contains("\nthe peers keep the name that they have for this station"))
    }

    @Test func withoutADaemonItIsThree() throws {
        #expect(try folder.run("reload").code == 3)
    }
}
