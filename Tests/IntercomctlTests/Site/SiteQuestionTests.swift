import Report
import Testing

@testable import Intercomctl

@Suite struct SiteQuestionTests {
    private let question = SiteQuestion(
        name: "home", stations: 3, digits: "3071 7782 1193 0046 9251 6604")

    @Test func yesOrTheDigitsAgree() throws {
        for answer in ["y", "yes", "307177821193 0046 9251 6604", "3071-7782-1193-0046-9251-6604"] {
            #expect(try question.isYes(answer) == true)
        }
    }

    @Test(arguments: [("", false), ("n", false), ("no", false), ("yess", nil), ("nope", nil)])
    func onlyAClearAnswerIsANo(_ answer: String, expected: Bool?) throws {
        #expect(try question.isYes(answer) == expected)
    }

    @Test(arguments: ["3071 7782 1193 0046 9251 6605", "3071", "3071-7782-1193-0046-9251-6605"])
    func otherDigitsAreToldApart(_ digits: String) {
        #expect {
            try question.isYes(digits)
        } throws: { error in
            (error as? Failure)?.text.hasPrefix("these are NOT the digits") ?? false
        }
    }

    /// It may be a thief's: that a program says yes to all is no consent to it.
    @Test func aKeyThatWasLeftIsImportedByItsDigitsAlone() throws {
        let folder = try StationFolder.withSite("init house", "add garage \(otherKey)")
        let roster = try folder.does("site", "export")
        try folder.write(roster, to: "etc/house.roster")
        let listed = try folder.does("site", "list")
        let digits = try #require(
            listed.split(separator: "key: ").last?.split(separator: "\n").first)
        let file = "\(folder.config)/house.roster"
        // In no site after a plain leave, and in one with another key.
        for command in [["leave"], ["init", "house", "--take-over"]] {
            let said = try folder.does(["site"] + command + ["--yes"])
            #expect(said.contains("site init house --take-over") == (command == ["leave"]))
            let own = folder.read("state/keys/site.key")
            if own != nil {
                let refused = try folder.run("site", "import", "--site", String(digits), file)
                #expect(
                    refused.complaint.hasSuffix(
                        "this station has left that key, which a thief may have, and introduces a"
                            + " site of its own; nothing is changed\n"))
                try folder.remove("state/keys/site.key")
            }
            let refused = try folder.run("site", "import", "--yes", file)
            #expect(refused.code == 2)
            #expect(refused.complaint.contains("left that key, which a thief may have; to join"))
            try folder.does("site", "import", "--site", String(digits), file)
            #expect(try folder.does("site", "list").contains(digits))
        }
    }

    /// Only the daemon, which has the new list by then, knows who introduces what.
    @Test func whoImportsIsToldWhoIntroducesASiteThatWasLeft() throws {
        let folder = try StationFolder.withSite("init house")
        try folder.write(folder.does("site", "export"), to: "etc/house.roster")
        var status = Status()
        status.notes = [
            Fault("former_introducer", of: "hall", "introduces a site", fix: "remove it"),
            Fault("lowered", of: "barn", "gives your voice a lower priority"),
        ]
        try folder.answer { [status] request in
            if case .status? = request { return [Reply.status(status).encoded] }
            return [Reply.reload(Reply.Reload()).encoded]
        }
        #expect(
            try folder.does("site", "import", "\(folder.config)/house.roster").hasSuffix(
                "\napplied: the running intercomd has it\nhall: introduces a site -> remove it\n"))
    }

    /// The others may have joined the site that this station has left, or that a peer shows.
    @Test(arguments: [true, false])
    func whereAnotherKeyIsInUseNoTakeOverIsAdvised(wasLeft: Bool) throws {
        let folder = try StationFolder.withSite("init house", "add garage \(otherKey)")
        if wasLeft {
            try folder.does("site", "init", "house", "--take-over", "--yes")
        } else {
            var status = Status()
            status.site.offers = [SiteStatus.Offer()]
            try folder.answer { [status] request in
                if case .status? = request { return [Reply.status(status).encoded] }
                return [Reply.reload(Reply.Reload()).encoded]
            }
        }
        let said = try folder.does("site", "leave", "--yes")
        #expect(said.contains("left the site house") && !said.contains("--take-over"), "\(said)")
    }
}
