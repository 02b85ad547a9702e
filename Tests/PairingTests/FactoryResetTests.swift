import Seeds
import Testing
import Time

@testable import Peering

@Suite struct FactoryResetTests {
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
        func press(for seconds: Double = 0.3) {
            wait(10.5)
            turn(false)
            wait(1.2)
            turn(true)
            wait(seconds)
            turn(false)
            wait(0.2)
        }

        func follow() { while let step = core.nextStep() { steps.append(step) } }
    }

    @Test func aHoldAWarningAndAnotherPressErase() {
        let person = Person()
        person.wait(9.9)
        #expect(person.steps == [])
        person.wait(0.2)
        #expect(person.steps == [.say(.eraseWarning)])
        person.turn(false)
        person.wait(1)
        person.turn(true)
        person.wait(0.3)
        person.turn(false)
        person.wait(0.2)
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
        let person = Person()
        person.press()
        person.core.erased(false, at: person.now)
        person.follow()
        person.core.spoken()
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .erase, .say(.notErased)])
    }

    @Test func whereTheLastWordCannotBeSaidItErasesAllTheSame() {
        let person = Person()
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
            var random = SplitMix(seed)
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

    @Test func aLongPressErasesNothing() {
        let person = Person()
        person.press(for: 2.3)
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .say(.notErased)])
    }

    @Test func aButtonThatIsLetGoSoonerErasesNothing() {
        let person = Person()
        person.wait(9.5)
        person.turn(false)
        person.wait(1)
        person.turn(true)
        person.wait(60)
        #expect(person.steps == [])
    }

    @Test func aButtonThatIsJammedErasesNothing() {
        let person = Person()
        person.wait(3_600)
        #expect(person.steps == [.say(.eraseWarning), .say(.notErased)])
        person.turn(false)
        person.wait(1)
        person.turn(true)
        person.wait(60)
        #expect(person.steps.count == 2)
    }

    @Test func letGoAfterTheWarningItErasesNothing() {
        let person = Person()
        person.wait(10.5)
        person.turn(false)
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .say(.notErased)])
    }

    @Test func aBounceIsNoOtherPress() {
        let person = Person()
        person.wait(10.5)
        for _ in 0..<20 {
            person.turn(false)
            person.wait(0.02)
            person.turn(true)
            person.wait(0.02)
        }
        person.turn(false)
        person.wait(60)
        #expect(person.steps == [.say(.eraseWarning), .say(.notErased)])
    }

    @Test func aButtonThatIsUpFirstErasesNothing() {
        let person = Person(isDown: false)
        person.wait(1)
        person.turn(true)
        person.wait(60)
        person.turn(false)
        person.wait(1)
        person.turn(true)
        person.wait(60)
        #expect(person.steps == [])
    }

    @Test func afterTheEndNothingIsErased() {
        let person = Person()
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
        var random = SplitMix(seed)
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
