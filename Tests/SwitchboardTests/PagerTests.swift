import Testing
import Time
import Wire

@testable import Station

@Suite struct PagerTests {
    private let caller = ProgramTicket(place: 1, number: 10)
    private let other = ProgramTicket(place: 2, number: 11)
    private let page = Int(TalkTarget.page)
    private let house = TalkTarget(stream: 1, reference: 77, listeners: [1, 2])
    private let heard = [HeardAt(peer: 1, percent: 100, nil)]
    private var switchboard = Switchboard.bare()

    init() throws { try begin("house", for: caller) }

    private mutating func begin(_ name: String, for caller: ProgramTicket) throws {
        let sound = (true, false)
        _ = try switchboard.handle(
            .page(.init(name, house), .normal), for: caller, with: sound, at: start)
    }

    /// The talkspurt of the page, from its beginning to its last reports.
    private mutating func speak() -> Int? {
        switchboard.handle(.talking(page, "house"), at: start)
        return switchboard.ownTalks.lastSpurt(to: page)
    }

    @Test mutating func aPageIsAimedBeforeTheMicrophoneOpensAndClosedAtItsEnd() throws {
        #expect(switchboard.pager.name == "house")
        switchboard.expect(
            .sound(.aim(target: page, [1, 2])), .sound(.press(target: page, isDown: true)))
        switchboard.endPage()
        #expect(switchboard.pager.name == nil)
        // Nothing was said, so its caller waits for nothing.
        switchboard.expect(
            .answer(caller, .pageOver(to: "house", [])), .sound(.press(target: page, isDown: false))
        )
    }

    @Test mutating func aPageWithoutAWordIsNotToldWhatWasHeardOfTheFormerOne() throws {
        let spurt = try #require(speak())
        switchboard.endPage()
        switchboard.handle(.said(target: page, frames: 100), at: start + .seconds(1))
        try begin("house", for: other)
        _ = switchboard.decided
        switchboard.pager.reportsAreIn(spurt, to: page, heard, &switchboard.orders)
        switchboard.expect(.answer(caller, .pageOver(to: "house", heard)))
        switchboard.endPage()
        #expect(switchboard.decided.first == .answer(other, .pageOver(to: "house", [])))
    }

    @Test mutating func theCallerWaitsForWhatWasHeard() throws {
        let spurt = try #require(speak())
        switchboard.endPage()
        _ = switchboard.decided
        switchboard.pager.reportsAreIn(spurt + 1, to: 3, heard, &switchboard.orders)
        #expect(switchboard.decided.isEmpty)
        switchboard.handle(.said(target: page, frames: 100), at: start + .seconds(1))
        switchboard.tick(at: start + .seconds(3))
        let answers = switchboard.decided.filter {
            if case .answer = $0 { true } else { false }
        }
        let nobody = [HeardAt]()
        #expect(answers == [.answer(caller, .pageOver(to: "house", nobody))])
    }

    @Test mutating func aPageThatTakesItsPlaceIsToldToTheFormerCallerAlone() throws {
        _ = switchboard.decided
        try begin("garage", for: other)
        switchboard.expect(
            .answer(caller, .pageReplaced(to: "house", by: "garage")),
            .sound(.press(target: page, isDown: false)), .sound(.press(target: page, isDown: true)))
        switchboard.endPage()
        switchboard.expect(
            .answer(other, .pageOver(to: "garage", [])), .sound(.press(target: page, isDown: false))
        )
    }

    @Test mutating func aPageInTheTailOfAnotherTellsTheCallerThatWaits() throws {
        _ = speak()
        switchboard.endPage()
        _ = switchboard.decided
        // The microphone is still open: this page is the rest of its talkspurt.
        try begin("garage", for: other)
        switchboard.expect(
            .answer(caller, .pageReplaced(to: "house", by: "garage")),
            .sound(.press(target: page, isDown: true)))
        #expect(switchboard.tickets == [other])
    }

    @Test mutating func aPageAfterTheTailOfAnotherLeavesTheCallerToItsReports() throws {
        _ = speak()
        switchboard.endPage()
        switchboard.handle(.said(target: page, frames: 100), at: start + .seconds(1))
        _ = switchboard.decided
        try begin("garage", for: other)
        switchboard.expect(.sound(.press(target: page, isDown: true)))
        switchboard.tick(at: start + .seconds(3))
        #expect(switchboard.decided.contains(.answer(caller, .pageOver(to: "house", []))))
    }

    @Test(arguments: [true, false])
    mutating func aPageEndsWithItsMicrophoneOrAtTheLimitOfItsTalkKey(isLost: Bool) throws {
        _ = switchboard.decided
        if isLost {
            switchboard.handle(.streamLost(.playback), at: start)
            #expect(switchboard.decided.isEmpty && switchboard.pager.name == "house")
            switchboard.handle(.streamLost(.capture), at: start)
        } else {
            switchboard.endTalks(to: 4, .timedOut)
            #expect(switchboard.decided.isEmpty && switchboard.pager.name == "house")
            switchboard.endTalks(to: page, .timedOut)
        }
        #expect(switchboard.pager.name == nil)
        switchboard.expect(
            .answer(caller, .pageOver(to: "house", [])), .sound(.press(target: page, isDown: false))
        )
    }

    @Test mutating func aPageEndsWithItsCallerAndThenAnswersNobody() throws {
        _ = switchboard.decided
        switchboard.forget { $0 == other }
        #expect(switchboard.pager.name == "house")
        switchboard.forget { $0 == caller }
        #expect(switchboard.pager.name == nil)
        switchboard.expect(.sound(.press(target: page, isDown: false)))
    }

    @Test mutating func aPeerThatLeavesHearsThePageNoMoreAndTheOthersGoOn() throws {
        _ = speak()
        _ = switchboard.decided
        switchboard.remove(peer: 2, firstMid: 7, at: start + .seconds(1))
        #expect(switchboard.decided.first == .sound(.aim(target: page, [1])))
        #expect(switchboard.listeners(of: page) == [1])
        #expect(switchboard.pager.name == "house")
    }
}
