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
        try folder.does("site", "init", "house", "--take-over", "--yes")
        try folder.does("site", "leave", "--yes")
        let file = "\(folder.config)/house.roster"
        let refused = try folder.run("site", "import", "--yes", file)
        #expect(refused.code == 2)
        #expect(refused.complaint.contains("left that key, which a thief may have; to join"))
        try folder.does("site", "import", "--site", String(digits), file)
        #expect(try folder.does("site", "list").contains(digits))
    }
}
