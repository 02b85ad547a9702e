import Testing
import Time
import Wire

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

@Suite struct AimsTests {
    private let page = Int(TalkTarget.page)

    @Test func anAimIsToldWhenItsListenersChangeAndOnlyThen() {
        var aims = Aims()
        var orders = Orders()
        let isNews = [Aims.Name.named("house"), .named("all")].map {
            aims.aim(TalkTarget.page, at: .init(listeners: [1, 2], name: $0), &orders)
        }
        #expect(isNews == [true, false])
        orders.expect(.sound(.aim(target: page, [1, 2])))
        #expect(aims.aim(of: page) == Aims.Aim(listeners: [1, 2], name: .named("all")))
        #expect(aims.aim(of: Int(TalkTarget.call)) == Aims.Aim())
    }

    @Test func aTargetOfTheSettingsHasNoAim() {
        let aims = Aims()
        #expect(aims.aim(of: 1) == nil)
        #expect(aims.aim(of: 32) == nil)
    }

    @Test func aPeerThatLeavesIsAimedAtNoMore() {
        var switchboard = Switchboard.bare()
        switchboard.aim(TalkTarget.page, at: [1, 2], name: .named("house"))
        switchboard.aim(TalkTarget.call, at: [2], name: .peers([2]))
        _ = switchboard.decided
        switchboard.aimAway(from: 2)
        switchboard.expect(
            .sound(.aim(target: page, [1])), .sound(.aim(target: Int(TalkTarget.call), [])))
        #expect(switchboard.aims.aim(of: page)?.name == .named("house"))
        switchboard.aimAway(from: 3)
        #expect(switchboard.decided.isEmpty)
    }

    @Test func peersThatJoinAnOpenTalkAreWantedAtOnce() {
        var switchboard = Switchboard.bare()
        switchboard.aim(TalkTarget.call, at: [1], name: .peers([1]))
        switchboard.expect(.sound(.aim(target: Int(TalkTarget.call), [1])))
        let talking = SoundNews.talking(Int(TalkTarget.call))
        switchboard.handle(talking, at: start)
        _ = switchboard.decided
        switchboard.aim(TalkTarget.call, at: [1, 2], name: .peers([1, 2]))
        switchboard.expect(
            .sound(.aim(target: Int(TalkTarget.call), [1, 2])), .want(peer: 1), .want(peer: 2))
        #expect(switchboard.listeners(of: Int(TalkTarget.call)) == [1, 2])
    }
}

@Suite struct HeldTalksTests {
    private var talks = HeldTalks()
    private var orders = Orders()
    private let one = ProgramTicket(place: 1, number: 10)
    private let other = ProgramTicket(place: 2, number: 11)

    @Test mutating func endingATalkTellsEveryCallerThatHeldItAndClosesTheMicrophoneOnce() {
        talks.hold(5, named: "house", for: one)
        talks.hold(5, named: "house", for: other)
        talks.hold(5)
        talks.hold(6, named: "garage", for: other)
        talks.end(5, .timedOut, &orders)
        orders.expect(
            .answer(one, .talkOver(to: "house", .timedOut)),
            .answer(other, .talkOver(to: "house", .timedOut)),
            .sound(.press(target: 5, isDown: false)))
        #expect(talks.targets == [6])
        talks.end(5, .letGo, &orders)
        #expect(orders.all.isEmpty)
    }

    @Test mutating func theMicrophoneStaysOpenWhileAnotherCallerHoldsIt() {
        talks.hold(5, named: "house", for: one)
        talks.hold(5, named: "house", for: other)
        talks.forget({ $0 == one }, &orders)
        #expect(orders.all.isEmpty)
        talks.forget({ _ in true }, &orders)
        orders.expect(.sound(.press(target: 5, isDown: false)))
        #expect(talks.targets.isEmpty)
    }

    @Test mutating func aHoldWithoutCallerIsNobodysToForget() {
        talks.hold(5)
        talks.hold(5)
        #expect(talks.targets == [5])
        talks.forget({ _ in true }, &orders)
        #expect(talks.targets == [5])
        talks.release(5, &orders)
        orders.expect(.sound(.press(target: 5, isDown: false)))
    }

    @Test mutating func releasingAHoldLeavesTheTalkOfACallerOpen() {
        talks.hold(5)
        talks.hold(5, named: "house", for: one)
        talks.release(5, &orders)
        #expect(orders.all.isEmpty)
        #expect(talks.targets == [5])
    }

    @Test func aReleaseNeverClosesWhatWasOpenedAfterIt() throws {
        var switchboard = Switchboard.bare()
        let house = Wish.Named("house", TalkTarget(stream: 5, reference: 77, listeners: [1]))
        let sound = (true, true)
        _ = try switchboard.handle(.talk(house, isDown: true), with: sound, at: start)
        _ = try switchboard.handle(.talk(house, isDown: false), with: sound, at: start)
        _ = try switchboard.handle(.talk(house, isDown: true), for: one, with: sound, at: start)
        #expect(switchboard.decided.last == .sound(.press(target: 5, isDown: true)))
        #expect(switchboard.heldTalks.targets == [5])
    }
}
