import Foundation
import Report
import Testing

@Suite struct ReloadTests {
    private let folder: StationFolder
    private let changes = [("~ [network] port: 5577 -> 6000", true), ("+ [peer attic]", false)]

    init() throws { folder = try StationFolder() }

    /// A daemon that has this difference, and answers as it was asked.
    private func answer(_ lines: [(String, Bool)]) throws {
        var reload = Reply.Reload()
        reload.difference = lines.map { text, needsRestart in
            let section = text.dropFirst(3).prefix { $0 != "]" }
            return .init(text: text, section: String(section), needsRestart: needsRestart)
        }
        let difference = reload
        try folder.answer { request in
            guard case .reload(let isCheck) = request else { return [] }
            var reload = difference
            reload.isCheck = isCheck
            return [Reply.reload(reload).encoded]
        }
    }

    @Test func diffShowsEachLineAndChangesNothing() throws {
        try answer(changes)
        let outcome = try folder.run("config", "diff")
        #expect(outcome.code == 0 && outcome.complaint.isEmpty)
        #expect(outcome.output.hasPrefix("~ [network] port: 5577 -> 6000  (needs a restart)\n"))
        let json = try folder.run("config", "diff", "--json")
        #expect(
            json.output == "{\"schema\":1,\"check\":true,\"difference\":"
                + "[{\"text\":\"~ [network] port: 5577 -> 6000\",\"section\":\"network\","
                + "\"restart\":true},"
                + "{\"text\":\"+ [peer attic]\",\"section\":\"peer attic\",\"restart\":false}]}\n")
    }

    @Test func badFilesAreToldLineByLine() throws {
        try folder.answer(.refused(ControlError(.failed, "a.conf:3: one\na.conf:4: t\u{1b}wo")))
        for words in [["config", "diff"], ["reload"]] {
            let outcome = try folder.run(words)
            #expect(outcome.code == 1 && outcome.output.isEmpty)
            let rest =
                words == ["reload"]
                ? "until that is mended, the settings in use stay as they are\n" : ""
            #expect(outcome.complaint == "intercomctl: a.conf:3: one\na.conf:4: t?wo\n\(rest)")
        }
    }

    @Test func anotherNameIsForThisStationAlone() throws {
        try answer([("~ [station] name: kitchen -> hall", false)])
        let output = try folder.does("reload")
        #expect(output.contains("\nthe peers keep the name that they have for this station"))
    }

    /// A daemon that reloads when it was only asked would be believed to have changed nothing.
    @Test func anAnswerToTheOtherQuestionIsRefused() throws {
        try folder.answer(.reload(Reply.Reload()))
        #expect(try folder.run("config", "diff").code == 1)
        try folder.does("reload")
    }

    @Test func withoutADaemonItIsThree() throws {
        for words in [["config", "diff"], ["reload"]] { #expect(try folder.run(words).code == 3) }
    }
}
