import Testing

@testable import Peering

@Suite struct GreetingTests {
    /// What is done when, in milliseconds after the change, if the peer answers then.
    private func steps(
        answeredAt: Int64?, changes: [Int64], seenAt: Int64?
    ) -> [Int64: Greeting.Step] {
        var greeting = Greeting()
        var all: [Int64: Greeting.Step] = [:]
        for moment in Int64(0)...5000 {
            if changes.contains(moment) { greeting.begin(at: ms(moment)) }
            if moment == seenAt { greeting.sighted(host(9)) }
            let opened = answeredAt.flatMap { $0 <= moment ? ms($0) : nil }
            guard let deadline = greeting.deadline, deadline <= ms(moment) else { continue }
            all[moment] = greeting.tick(lastOpened: opened, at: ms(moment))
        }
        return all
    }

    @Test(
        arguments: [
            // A silent one is in doubt, one that answers is not.
            (nil, [0], nil, [0: .greet, 300: .greet, 900: .greet, 1500: .doubt(nil)]),
            (20, [0], nil, [0: .greet, 300: .greet, 900: .greet, 1500: .none]),
            // Several changes are told as one.
            (
                nil, [0, 10, 20, 30], nil,
                [0: .greet, 250: .greet, 500: .greet, 930: .greet, 1530: .doubt(nil)]
            ),
            // One that is seen elsewhere is in doubt sooner, unless it answers.
            (nil, [0], 100, [0: .greet, 300: .greet, 500: .doubt(host(9))]),
            (nil, [0], 700, [0: .greet, 300: .greet, 700: .doubt(host(9))]),
            (nil, [0], 1400, [0: .greet, 300: .greet, 900: .greet, 1400: .doubt(host(9))]),
            (270, [0], 100, [0: .greet, 300: .greet, 500: .none, 900: .greet, 1500: .none]),
        ] as [(Int64?, [Int64], Int64?, [Int64: Greeting.Step])])
    func aPeerIsGreetedAfterAChange(
        answeredAt: Int64?, changes: [Int64], seenAt: Int64?, expected: [Int64: Greeting.Step]
    ) {
        #expect(steps(answeredAt: answeredAt, changes: changes, seenAt: seenAt) == expected)
    }

    @Test func whatWasSeenBeforeTheChangeDoesNotCount() {
        var greeting = Greeting()
        greeting.sighted(host(9))
        greeting.begin(at: ms(0))
        greeting.sighted(host(9))
        greeting.begin(at: ms(400))
        #expect(greeting.deadline == ms(400))
        _ = greeting.tick(lastOpened: nil, at: ms(400))
        _ = greeting.tick(lastOpened: nil, at: ms(700))
        #expect(greeting.deadline == ms(1300))
    }
}
