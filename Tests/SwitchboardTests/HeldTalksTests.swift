import Testing
import Time

@testable import Station

@Suite struct HeldTalksTests {
    private let one = CallerTicket(place: 1, number: 10)
    private let other = CallerTicket(place: 2, number: 11)

    @Test func endingATalkTellsEveryCallerThatHeldItAndClosesTheMicrophoneOnce() {
        var talks = HeldTalks()
        var orders = Orders()
        talks.hold(5, named: "house", for: one)
        talks.hold(5, named: "house", for: other)
        talks.hold(5)
        talks.hold(6, named: "garage", for: other)
        talks.end(5, .timedOut, &orders)
        #expect(
            orders.all == [
                .answer(one, .talkOver(to: "house", .timedOut)),
                .answer(other, .talkOver(to: "house", .timedOut)),
                .press(target: 5, isDown: false),
            ])
        #expect(talks.targets == [6])
        talks.end(5, .letGo, &orders)
        #expect(orders.all.isEmpty)
    }

    @Test func theMicrophoneStaysOpenWhileAnotherCallerHoldsIt() {
        var talks = HeldTalks()
        var orders = Orders()
        talks.hold(5, named: "house", for: one)
        talks.hold(5, named: "house", for: other)
        talks.forget({ $0 == one }, &orders)
        #expect(orders.all.isEmpty)
        talks.forget({ _ in true }, &orders)
        #expect(orders.all == [.press(target: 5, isDown: false)])
        #expect(talks.targets.isEmpty)
    }

    @Test func aHoldWithoutCallerIsNobodysToForget() {
        var talks = HeldTalks()
        var orders = Orders()
        talks.hold(5)
        talks.hold(5)
        #expect(talks.targets == [5])
        talks.forget({ _ in true }, &orders)
        #expect(talks.targets == [5])
        talks.release(5, &orders)
        #expect(orders.all == [.press(target: 5, isDown: false)])
    }

    @Test func releasingAHoldLeavesTheTalkOfACallerOpen() {
        var talks = HeldTalks()
        var orders = Orders()
        talks.hold(5)
        talks.hold(5, named: "house", for: one)
        talks.release(5, &orders)
        #expect(orders.all.isEmpty)
        #expect(talks.targets == [5])
    }

    @Test func aReleaseNeverClosesWhatWasOpenedAfterIt() throws {
        var switchboard = Switchboard(
            peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50),
            at: Instant(nanoseconds: 0))
        let house = Wish.Named("house", TalkTarget(stream: 5, reference: 77, listeners: [1]))
        let sound = Wish.Sound(hasMicrophone: true, hasSpeaker: true)
        let now = Instant(nanoseconds: 0)
        _ = try switchboard.obey(.talk(house, isDown: true), with: sound, at: now)
        _ = try switchboard.obey(.talk(house, isDown: false), with: sound, at: now)
        _ = try switchboard.obey(.talk(house, isDown: true), for: one, with: sound, at: now)
        #expect(switchboard.decided.last == .press(target: 5, isDown: true))
        #expect(switchboard.heldTalks.targets == [5])
    }
}
