import Foundation
import Report
import Testing

private func reply(_ lines: [(String, Bool)], isCheck: Bool) -> Reply {
    var reload = Reply.Reload()
    reload.isCheck = isCheck
    reload.difference = lines.map { text, needsRestart in
        let section = text.dropFirst(3).prefix { $0 != "]" }
        return .init(text: text, section: String(section), needsRestart: needsRestart)
    }
    return .reload(reload)
}

/// A daemon that has this difference, and answers as it was asked.
private func daemon(_ folder: StationFolder, _ lines: [(String, Bool)]) throws -> FakeDaemon {
    try FakeDaemon(at: folder.socket) { request in
        guard case .reload(let isCheck) = request else { return [] }
        return [reply(lines, isCheck: isCheck).encoded]
    }
}

@Suite struct ReloadTests {
    private let changes = [
        ("~ [network] port: 5577 -> 6000", true), ("+ [peer attic]", false),
    ]

    @Test func diffShowsEachLineAndChangesNothing() throws {
        let folder = try StationFolder()
        let daemon = try daemon(folder, changes)
        let outcome = try folder.run("config", "diff")
        #expect(outcome.code == 0 && outcome.complaint.isEmpty)
        #expect(
            outcome.output == """
                ~ [network] port: 5577 -> 6000  (needs a restart)
                + [peer attic]
                not applied yet: intercomctl reload, then sudo systemctl restart intercomd

                """)
        let json = try folder.run("config", "diff", "--json")
        #expect(
            json.output == "{\"schema\":1,\"check\":true,\"difference\":"
                + "[{\"text\":\"~ [network] port: 5577 -> 6000\",\"section\":\"network\","
                + "\"restart\":true},"
                + "{\"text\":\"+ [peer attic]\",\"section\":\"peer attic\",\"restart\":false}]}\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func reloadSaysWhatStillNeedsARestartAndEndsWithFour() throws {
        let folder = try StationFolder()
        let daemon = try daemon(folder, changes)
        let outcome = try folder.run("reload")
        #expect(outcome.code == 4)
        #expect(
            outcome.output == """
                ~ [network] port: 5577 -> 6000  (needs a restart)
                + [peer attic]
                applied; for the rest: sudo systemctl restart intercomd

                """)
        let json = try folder.run("reload", "--json")
        #expect(json.code == 4)
        #expect(json.output.hasPrefix("{\"schema\":1,\"check\":false,\"difference\":[{"))
        withExtendedLifetime(daemon) {}
    }

    @Test func whatNeedsNoRestartIsApplied() throws {
        let folder = try StationFolder()
        let daemon = try daemon(folder, [("+ [peer attic]", false)])
        #expect(
            try folder.run("config", "diff").output
                == "+ [peer attic]\nnot applied yet: intercomctl reload\n")
        let outcome = try folder.run("reload")
        #expect(outcome.code == 0 && outcome.output == "+ [peer attic]\napplied\n")
        withExtendedLifetime(daemon) {}
    }

    @Test func nothingHasChangedIsSaid() throws {
        let folder = try StationFolder()
        let daemon = try daemon(folder, [])
        for words in [["config", "diff"], ["reload"]] {
            let outcome = try Intercomctl.run(["--config", folder.config] + words)
            #expect(outcome.code == 0 && outcome.output == "nothing has changed\n")
        }
        withExtendedLifetime(daemon) {}
    }

    @Test func badFilesAreToldLineByLine() throws {
        let folder = try StationFolder()
        let refusal = Reply.refused(ControlError(.failed, "a.conf:3: one\na.conf:4: t\u{1b}wo"))
        let daemon = try FakeDaemon(at: folder.socket, reply: refusal)
        for words in [["config", "diff"], ["reload"]] {
            let outcome = try Intercomctl.run(["--config", folder.config] + words)
            #expect(outcome.code == 1 && outcome.output.isEmpty)
            #expect(outcome.complaint == "intercomctl: a.conf:3: one\na.conf:4: t?wo\n")
        }
        withExtendedLifetime(daemon) {}
    }

    /// A daemon that reloads when it was only asked would be believed to have changed nothing.
    @Test func anAnswerToTheOtherQuestionIsRefused() throws {
        let folder = try StationFolder()
        let daemon = try FakeDaemon(at: folder.socket, reply: reply([], isCheck: false))
        #expect(try folder.run("config", "diff").code == 1)
        #expect(try folder.run("reload").code == 0)
        withExtendedLifetime(daemon) {}
    }

    @Test func withoutADaemonItIsThree() throws {
        let folder = try StationFolder()
        #expect(try folder.run("config", "diff").code == 3)
        #expect(try folder.run("reload").code == 3)
    }
}
