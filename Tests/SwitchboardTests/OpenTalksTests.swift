import Testing
import Time

@testable import Station

@Suite struct OpenTalksTests {
    private var talks = OpenTalks()
    private var orders = Orders()

    private mutating func begin(_ target: Int, at ms: Int) -> [Order] {
        talks.began(target, called: "t\(target)", at: start + .milliseconds(ms), &orders)
        return orders.all
    }

    private mutating func end(_ target: Int) -> [Order] {
        talks.ended(target, called: "t\(target)", &orders)
        return orders.all
    }

    @Test mutating func aTalkIsOpenUntilItsMicrophoneCloses() {
        #expect(!talks.isAny && talks.targets.isEmpty)
        #expect(begin(3, at: 0) == [.notice(.talkBegan(to: "t3"))])
        #expect(begin(32, at: 10) == [.notice(.talkBegan(to: "t32"))])
        #expect(talks.isAny && talks.targets == [3, 32])
        #expect(talks.since(32) == start + .milliseconds(10))
        #expect(end(3) == [.notice(.talkEnded(to: "t3", since: start))])
        #expect(talks.since(3) == nil)
        #expect(talks.targets == [32])
    }

    @Test mutating func anotherTalkspurtDoesNotBeginTheTalkAnew() {
        _ = begin(3, at: 0)
        #expect(begin(3, at: 500) == [.notice(.talkBegan(to: "t3"))])
        #expect(talks.talks == [OpenTalks.Talk(target: 3, since: start)])
    }

    @Test mutating func theEndOfATalkThatIsNotOpenHasNoLength() {
        #expect(end(3) == [.notice(.talkEnded(to: "t3", since: nil))])
    }
}
