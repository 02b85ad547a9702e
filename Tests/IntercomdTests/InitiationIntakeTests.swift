import Testing
import Time

@testable import Intercomd

@Suite struct InitiationIntakeTests {
    @Test func aFewAreTakenAsTheyCome() {
        var intake = InitiationIntake()
        intake.begin(busy: 0)
        var asked = 0
        for count in 0...InitiationIntake.calm {
            // The processor time is not even asked for.
            #expect(
                intake.mayTake(
                    after: count,
                    busy: {
                        asked += 1; return .max
                    }()))
        }
        #expect(asked == 0)
        #expect(!intake.end(after: InitiationIntake.calm, at: Instant(nanoseconds: 0)))
        #expect(intake.restsUntil == nil)
    }

    @Test func manyHaveAPartOfTheTimeAndThenRest() {
        var intake = InitiationIntake()
        let start = Instant(nanoseconds: 0)
        intake.begin(busy: 1_000_000)
        #expect(intake.mayTake(after: 50, busy: 3_900_000))
        #expect(!intake.mayTake(after: 50, busy: 4_000_000))
        #expect(!intake.mayTake(after: InitiationIntake.mostPerTurn, busy: 1_000_000))
        #expect(intake.end(after: 50, at: start))
        #expect(!intake.ends(at: start + .milliseconds(9)))
        #expect(intake.ends(at: start + .milliseconds(10)))
        #expect(intake.restsUntil == nil)
        #expect(!intake.ends(at: start + .milliseconds(20)))
    }
}
