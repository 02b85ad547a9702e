import Testing
import Time

@testable import Intercomd

@Suite struct InitiationIntakeTests {
    @Test func aFewAreTakenAsTheyCome() {
        var intake = InitiationIntake()
        intake.begin(busy: 0)
        var asked = 0
        func busy() -> Int64 {
            asked += 1
            return .max
        }
        for count in 0...InitiationIntake.calm {
            // The processor time is not even asked for.
            let may = intake.mayTake(after: count, busy: busy())
            #expect(may)
        }
        #expect(asked == 0)
        let rests = intake.end(after: InitiationIntake.calm, at: Instant(nanoseconds: 0))
        #expect(!rests)
        #expect(intake.restsUntil == nil)
    }

    @Test func manyHaveAPartOfTheTimeAndThenRest() {
        var intake = InitiationIntake()
        let start = Instant(nanoseconds: 0)
        intake.begin(busy: 1_000_000)
        #expect(intake.mayTake(after: 50, busy: 3_900_000))
        #expect(!intake.mayTake(after: 50, busy: 4_000_000))
        #expect(!intake.mayTake(after: InitiationIntake.mostPerTurn, busy: 1_000_000))
        let rests = intake.end(after: 50, at: start)
        #expect(rests)
        let ends = [9, 10, 20].map { intake.ends(at: start + .milliseconds($0)) }
        #expect(ends == [false, true, false])
        #expect(intake.restsUntil == nil)
    }
}
