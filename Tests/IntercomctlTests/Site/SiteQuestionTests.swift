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
                        "this station introduces the site house; to leave it, first: sudo"
                            + " intercomctl site leave\n"))
                try folder.remove("state/keys/site.key")
            }
            let refused = try folder.run("site", "import", "--yes", file)
            #expect(refused.code == 2)
            #expect(refused.complaint.contains("left that key, which a thief may have; to join"))
            let told = try folder.does("site", "import", "--site", String(digits), file)
            let doubt = "this station has left that key, which a thief may have\n"
            #expect(told.contains((own == nil ? "" : "left the site house\n") + doubt))
            #expect(try folder.does("site", "list").contains(digits))
            #expect(try !folder.does("site", "import", file).contains(doubt))
        }
    }

    /// Only the daemon, which has the new list by then, knows who introduces what.
    @Test func whoImportsOrTakesOverIsToldWhoIntroducesASiteThatWasLeft() throws {
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
        for words in [
            ["import", "\(folder.config)/house.roster"],
            ["init", "house", "--take-over", "--yes"],
        ] {
            #expect(
                try folder.does(["site"] + words).hasSuffix(
                    "\napplied: the running intercomd has it\nhall: introduces a site -> remove"
                        + " it\n"))
        }
    }

    @Test func anotherSiteIsImportedByAYesOrTheDigits() throws {
        let (folder, other) = (
            try StationFolder.withSite("init house"), try StationFolder.withSite("init home")
        )
        try folder.write(other.does("site", "export"), to: "etc/home.roster")
        try folder.remove("state/keys/site.key")
        let file = "\(folder.config)/home.roster"
        let refused = try folder.run("site", "import", file)
        #expect(refused.code == 2 && refused.complaint.contains("to join the site home, add"))
        #expect(
            try folder.does("site", "import", "--yes", file).contains("\nleft the site house\n"))
        #expect(try folder.does("site", "list").hasPrefix("site home,"))
    }

    /// The others may be under another key, or a peer may show the site under one.
    @Test func whereAnotherKeyIsInUseNoTakeOverIsAdvised() throws {
        var statuses = [Status](repeating: Status(), count: 4)
        statuses[0].site.left = ["garage"]
        for place in [1, 3] { statuses[place].site.offers = [SiteStatus.Offer()] }
        statuses[1].site.offers[0].name = "house"
        statuses[2].notes = [Fault("former_introducer", of: "garage", "introduces a site")]
        // The last shows a site of others.
        for (place, status) in statuses.enumerated() {
            let folder = try StationFolder.withSite("init house", "add garage \(otherKey)")
            // This station may have left a key long ago, and introduce the only one since.
            try folder.does("site", "init", "house", "--take-over", "--yes")
            try folder.answer { request in
                if case .status? = request { return [Reply.status(status).encoded] }
                return [Reply.reload(Reply.Reload()).encoded]
            }
            let said = try folder.does("site", "leave", "--yes")
            #expect(said.contains("left the site house"), "\(said)")
            #expect(said.contains("--take-over") == (place == 3), "\(said)")
        }
    }
}
