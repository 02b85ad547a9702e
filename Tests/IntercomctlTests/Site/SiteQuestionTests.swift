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
}
