import Seeds
import Testing
import Time

@testable import Peering

@Suite struct FactoryResetTests {
    private let person = Person()

    /// A person at a box whose power has just come back, in virtual time.
    private final class Person {
        var core = FactoryReset()
        var now = Instant(nanoseconds: 3_000_000_000)
        var steps: [FactoryReset.Step] = []

        init(isDown: Bool = true) { turn(isDown) }

        func turn(_ isDown: Bool) {
            core.turn(isDown: isDown, at: now)
            follow()
        }

        func wait(_ seconds: Double) {
            let end = now + .nanoseconds(Int64(seconds * 1e9))
            while let due = core.deadline, due <= end {
                now = max(now, due)
                core.tick(at: now)
                follow()
            }
            now = end
        }

        /// Holds on to hear the warning, lets go, and presses once more.
        func press() {
            wait(10.5)
            turn(false)
            wait(1.2)
            turn(true)
            wait(0.3)
            turn(false)
            wait(0.2)
        }

        func follow() { while let step = core.nextStep() { steps.append(step) } }
    }

    @Test func aHoldAWarningAndAnotherPressErase() {
        person.wait(9.9)
        #expect(person.steps == [])
        person.wait(0.2)
        #expect(person.steps == [.say(.eraseWarning)])
        person.press()
        #expect(person.steps == [.say(.eraseWarning), .erase])
        // Nothing is said before it is so, however long that takes.
        person.wait(60)
        #expect(person.steps.count == 2)
        person.core.erased(true, at: person.now)
        person.follow()
        #expect(person.steps.last == .say(.erased))
        // It starts again when that is said, or when nobody says it.
        person.core.spoken()
        person.follow()
        #expect(person.steps.last == .restart)
        person.wait(60)
        #expect(person.steps.count == 4)
    }

    @Test func whereNotAllCanBeErasedThatIsSaidAndItGoesOn() {
        person.press()
        person.core.erased(false, at: person.now)
        person.follow()
        person.core.spoken()
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .erase, .say(.notErased)])
    }

    @Test func whereTheLastWordCannotBeSaidItErasesAllTheSame() {
        person.press()
        person.core.erased(true, at: person.now)
        person.core.end()
        person.wait(9)
        #expect(person.steps == [.say(.eraseWarning), .erase, .say(.erased), .restart])
    }

    /// A jammed button that comes loose: up and down in a time that differs.
    @Test func aButtonThatChattersErasesNothing() {
        let first = testSeed()
        for seed in first..<first + 50 {
            var random = SplitMix64(seed: seed)
            let person = Person()
            person.wait(11)
            for time in 0..<60 {
                person.turn(time % 2 == 1)
                person.wait(Double(random.next() % 900) / 1_000)
            }
            person.turn(true)
            person.wait(60)
            #expect(!person.steps.contains(.erase), "seed \(seed)")
        }
    }

    /// What a person, or a broken button, does otherwise: how long it is down, up and down again,
    /// from the start, and whether the warning comes in between.
    @Test(
        arguments: [
            ("a long second press", [10.5, 1.2, 2.3], true),
            ("let go before the warning", [9.5, 1], false),
            ("jammed", [3600, 1], true),
            ("let go after the warning", [10.5], true),
            ("a bounce", [10.5] + [Double](repeating: 0.02, count: 40), true),
            ("up first", [0, 1, 60, 1], false),
        ] as [(String, [Double], Bool)])
    func nothingElseErases(what: String, times: [Double], warns: Bool) {
        let person = Person(isDown: times[0] > 0)
        for (place, time) in times.enumerated() {
            if place > 0 { person.turn(place % 2 == 0) }
            person.wait(time)
        }
        person.turn(times.count % 2 == 0)
        person.wait(60)
        #expect(person.steps == (warns ? [.say(.eraseWarning), .say(.notErased)] : []), "\(what)")
    }

    @Test func afterTheEndNothingIsErased() {
        person.wait(10.5)
        person.core.end()
        person.turn(false)
        person.wait(1)
        person.turn(true)
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .say(.notErased)])
    }

    @Test func noWayToErasureLeavesOutTheWarning() {
        let first = testSeed()
        let erased = (0..<200).count { isErasedAfterTheWarning(seed: first + $0) }
        // The control: some ways lead there.
        #expect(erased > 0, "seed \(first)")
    }

    private func isErasedAfterTheWarning(seed: UInt64) -> Bool {
        var random = SplitMix64(seed: seed)
        let person = Person(isDown: random.next() % 2 == 0)
        for _ in 0..<40 {
            let most: UInt64 = random.next() % 3 == 0 ? 1_200 : 250
            person.wait(Double(random.next() % most) / 100)
            person.turn(random.next() % 2 == 0)
            person.core.erased(true, at: person.now)
            person.core.spoken()
            person.follow()
        }
        guard let place = person.steps.firstIndex(of: .restart) else { return false }
        let before = Array(person.steps[0..<place])
        #expect(before == [.say(.eraseWarning), .erase, .say(.erased)], "seed \(seed)")
        return true
    }
}
