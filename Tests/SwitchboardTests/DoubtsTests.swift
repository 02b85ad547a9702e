import Testing
import Time

@testable import Station

@Suite struct DoubtsTests {
    private var doubts = Doubts()

    private func listener(
        _ peer: Int = 1, since: Int = 0, opened: Int? = 0, session: Int? = -60_000,
        reported: Int? = nil
    ) -> Doubts.Listener {
        Doubts.Listener(
            peer: peer, since: start + .milliseconds(since),
            signs: (
                opened.map { start + .milliseconds($0) }, session.map { start + .milliseconds($0) }
            ),
            reported: reported.map { start + .milliseconds($0) })
    }

    /// Which peers are asked then.
    private mutating func checked(_ listeners: [Doubts.Listener], at ms: Int) -> [Order] {
        var orders = Orders()
        doubts.check(listeners, at: start + .milliseconds(ms), &orders)
        return orders.all
    }

    @Test mutating func aListenerThatSaysNothingIsChecked() {
        #expect(checked([listener()], at: 0).isEmpty)
        #expect(doubts.deadline == start + .milliseconds(2500))
        #expect(checked([listener()], at: 2499).isEmpty)
        #expect(checked([listener()], at: 2500) == [.checkSession(peer: 1)])
        // Not again at once, but until it answers.
        #expect(doubts.deadline == start + .milliseconds(4500))
        #expect(checked([listener()], at: 4499).isEmpty)
        #expect(checked([listener()], at: 4500) == [.checkSession(peer: 1)])
    }

    @Test mutating func aSilenceCountsFromTheBeginningOfTheTalk() {
        #expect(checked([listener(since: 0, opened: -30_000)], at: 2499).isEmpty)
        #expect(
            checked([listener(since: 0, opened: -30_000)], at: 2500) == [.checkSession(peer: 1)])
    }

    @Test mutating func aListenerThatReportsIsNotChecked() {
        for second in 0..<60 {
            let now = second * 1000
            #expect(checked([listener(opened: now, reported: now)], at: now + 900).isEmpty)
            #expect(doubts.deadline == start + .milliseconds(now + 2500))
        }
    }

    /// A peer that does not listen to what we say has no reason to speak either.
    @Test mutating func aListenerThatHasAnsweredIsNotCheckedAgain() {
        #expect(checked([listener()], at: 2500) == [.checkSession(peer: 1)])
        let answered = listener(opened: 2600, session: 2600)
        for ms in stride(from: 3000, to: 60_000, by: 500) {
            #expect(checked([answered], at: ms).isEmpty)
        }
        #expect(doubts.deadline == nil)
    }

    @Test mutating func aListenerThatFallsSilentAfterReportsIsCheckedAgain() {
        #expect(checked([listener()], at: 2500) == [.checkSession(peer: 1)])
        let silent = listener(opened: 9000, session: 2600, reported: 9000)
        #expect(checked([silent], at: 11_499).isEmpty)
        #expect(checked([silent], at: 11_500) == [.checkSession(peer: 1)])
    }

    @Test mutating func aListenerIsCheckedOnceForEachTalk() {
        #expect(checked([listener()], at: 2500) == [.checkSession(peer: 1)])
        let next = listener(since: 10_000, opened: 2600, session: 2600)
        #expect(checked([next], at: 12_500) == [.checkSession(peer: 1)])
        // Of two talks at a time, it is checked once.
        let both = [listener(2), listener(2, since: 100)]
        #expect(checked(both, at: 12_600) == [.checkSession(peer: 2)])
    }

    @Test mutating func aPeerThatWasNeverHeardHasNoSessionToDoubt() {
        #expect(checked([listener(opened: nil)], at: 60_000).isEmpty)
        #expect(doubts.deadline == nil)
    }

    @Test mutating func aListenerWithoutSessionHasNotAnswered() {
        #expect(checked([listener(session: nil)], at: 2500) == [.checkSession(peer: 1)])
        #expect(checked([listener(session: nil)], at: 4500) == [.checkSession(peer: 1)])
    }

    @Test mutating func anotherPeerOfTheSameNumberWasNotChecked() {
        #expect(checked([listener()], at: 2500) == [.checkSession(peer: 1)])
        doubts.forget(1)
        #expect(checked([listener()], at: 2501) == [.checkSession(peer: 1)])
    }

    @Test func theSwitchboardAsksAndSaysWhenToLookAgain() {
        var switchboard = Switchboard.bare()
        let targets = [
            TalkTarget(stream: 3, reference: 77, listeners: [1, 2]),
            TalkTarget(stream: 0, reference: 0, listeners: [3]),
        ]
        switchboard.configure(peers: [1, 2, 3], targets: targets, channels: [], at: start)
        switchboard.handle(.talking(3), at: start)
        _ = switchboard.decided
        // No peer has the number 2 now, and peer 3 is not talked to.
        let signs: Doubts.SignsOfLife = (start, start)
        var deadlines: [Instant?] = []
        for ms in [0, 2500] {
            switchboard.checkListeners(at: start + .milliseconds(ms)) { $0 == 2 ? nil : signs }
            deadlines.append(switchboard.doubts.deadline)
        }
        #expect(deadlines == [start + .milliseconds(2500), start + .milliseconds(4500)])
        #expect(switchboard.deadline == start + .milliseconds(4500))
        switchboard.expect(.checkSession(peer: 1))
        switchboard.handle(.silent(target: 3, name: nil), at: start)
        switchboard.checkListeners(at: start + .seconds(9)) { _ in signs }
        #expect(switchboard.doubts.deadline == nil)
        switchboard.expect(.notice(.talkEnded(to: nil, since: start)))
    }
}
