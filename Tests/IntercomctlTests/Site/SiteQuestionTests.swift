import Testing

@testable import Intercomctl

@Suite struct SiteQuestionTests {
    private let question = SiteQuestion(
        name: "home", stations: 3, digits: "3071 7782 1193 0046 9251 6604")

    @Test func yesOrTheDigitsAgree() throws {
        #expect(try question.isYes("y") && question.isYes("yes"))
        #expect(try question.isYes("307177821193 0046 9251 6604"))
        #expect(try question.isYes("3071-7782-1193-0046-9251-6604"))
    }

    @Test func anythingElseIsANo() throws {
        #expect(try !question.isYes("") && !question.isYes("no"))
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
