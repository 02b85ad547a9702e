import Testing
import Time

@testable import Station

@Suite struct HeldTalksTests {
    private var talks = HeldTalks()
    private var orders = Orders()
    private let one = CallerTicket(place: 1, number: 10)
    private let other = CallerTicket(place: 2, number: 11)

    @Test mutating func endingATalkTellsEveryCallerThatHeldItAndClosesTheMicrophoneOnce() {
        talks.hold(5, named: "house", for: one)
        talks.hold(5, named: "house", for: other)
        talks.hold(5)
        talks.hold(6, named: "garage", for: other)
        talks.end(5, .timedOut, &orders)
        orders.expect(
            .answer(one, .talkOver(to: "house", .timedOut)),
            .answer(other, .talkOver(to: "house", .timedOut)), .press(target: 5, isDown: false))
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
        orders.expect(.press(target: 5, isDown: false))
        #expect(talks.targets.isEmpty)
    }

    @Test mutating func aHoldWithoutCallerIsNobodysToForget() {
        talks.hold(5)
        talks.hold(5)
        #expect(talks.targets == [5])
        talks.forget({ _ in true }, &orders)
        #expect(talks.targets == [5])
        talks.release(5, &orders)
        orders.expect(.press(target: 5, isDown: false))
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
        #expect(switchboard.decided.last == .press(target: 5, isDown: true))
        #expect(switchboard.heldTalks.targets == [5])
    }
}
