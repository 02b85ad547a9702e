import Station
import Testing
import Time

@testable import Household

/// The rule that each caller gets one answer, its own, trips where it is broken.
@Suite struct CallersTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private var callers = Callers()

    @Test mutating func theAnswerThatWasAskedForIsRight() {
        let ticket = callers.ticket()
        callers.wait(ticket, .page, "house", at: start)
        #expect(callers.answered(ticket, .pageOver(to: "house", [])) == nil)
        #expect(callers.waiting.isEmpty)
    }

    @Test mutating func aSecondAnswerIsCaught() {
        let ticket = callers.ticket()
        callers.wait(ticket, .talk, "house", at: start)
        #expect(callers.answered(ticket, .talkOver(to: "house", .letGo)) == nil)
        #expect(callers.answered(ticket, .talkOver(to: "house", .letGo)) != nil)
    }

    @Test mutating func anAnswerOfAnotherKindOrNameIsCaught() {
        let (first, second) = (callers.ticket(), callers.ticket())
        callers.wait(first, .page, "house", at: start)
        callers.wait(second, .talk, "garden", at: start)
        #expect(callers.answered(first, .announced(to: "house", [])) != nil)
        #expect(callers.answered(second, .talkOver(to: "house", .timedOut)) != nil)
    }

    @Test mutating func anAnswerToACallerThatIsGoneIsCaught() {
        let ticket = callers.ticket()
        callers.wait(ticket, .announcement, "house", at: start)
        callers.hangUp(ticket, at: start)
        #expect(callers.hasHungUp(ticket))
        callers.forgetGone()
        #expect(callers.hasHungUp(ticket))
        #expect(callers.answered(ticket, .announced(to: "house", [])) != nil)
    }
}
