import Testing
import Time

@testable import Peering

@Suite struct NoticeScheduleTests {
    private static func at(_ seconds: Int) -> Instant {
        Instant(nanoseconds: 0) + .seconds(1000 + seconds)
    }

    /// The seconds at which notices go out.
    private static func times(_ notices: inout NoticeSchedule, _ range: Range<Int>) -> [Int] {
        range.filter { notices.goesOut(at: at($0)) }
    }

    @Test func itTellsAtOnceTwiceSoonAndThenNowAndThen() {
        var notices = NoticeSchedule()
        #expect(notices.due == nil)
        #expect(Self.times(&notices, -5..<0).isEmpty)
        notices.begin(at: Self.at(0))
        #expect(Self.times(&notices, 0..<60) == [0, 1, 5, 20, 35, 50])
    }

    @Test func onePeerThatKnowsIsToldLaterAndOneThatDoesNotSooner() {
        var notices = NoticeSchedule()
        notices.begin(at: Self.at(0))
        // It cannot know what it was not told.
        notices.acknowledge(at: Self.at(0))
        #expect(Self.times(&notices, 0..<1) == [0])
        notices.acknowledge(at: Self.at(0))
        #expect(Self.times(&notices, 1..<40) == [15, 30])
        // Once a second at most.
        notices.beginAgain(at: Self.at(30))
        #expect(notices.due == Self.at(31))
        #expect(Self.times(&notices, 30..<40) == [31, 32, 36])
        notices.beginAgain(at: Self.at(40))
        #expect(notices.due == Self.at(40))
    }
}
