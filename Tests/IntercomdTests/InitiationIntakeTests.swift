import Testing
import Time

@testable import Intercomd

@Suite struct InitiationIntakeTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    @Test func aFewAreTakenAsTheyCome() {
        var intake = InitiationIntake()
        intake.begin(busy: 0, at: start)
        var asked = 0
        func busy() -> Int64 {
            asked += 1
            return .max
        }
        for count in 0...InitiationIntake.calm {
            let may = intake.mayTake(after: count, busy: busy())
            #expect(may)
        }
        #expect(asked == 0, "the processor time is not even asked for")
        let rests = intake.end(after: InitiationIntake.calm, busy: 100_000, at: start)
        #expect(!rests)
        #expect(intake.restsUntil == nil)
    }

    /// On a slow processor even one in a turn may take a millisecond.
    @Test(arguments: [1, 4, 5], [100_000, 1_000_000, 20_000_000] as [Int64])
    func aFewThatTakeLongHaveNoMoreThanTheirShare(_ perTurn: Int, _ each: Int64) {
        var intake = InitiationIntake()
        var (now, busy, turns) = (start, Int64(0), 0)
        let end = start + .seconds(10)
        while now < end {
            intake.begin(busy: busy, at: now)
            let from = busy
            var count = 0
            while count < perTurn, intake.mayTake(after: count, busy: busy) {
                busy += each
                count += 1
            }
            turns += 1
            now = now + .nanoseconds(busy - from)
            guard intake.end(after: count, busy: busy, at: now) else { continue }
            now = intake.restsUntil ?? now
            let ends = intake.ends(at: now)
            #expect(ends)
        }
        #expect(busy < 3_200_000_000, "\(busy) in 10 s, \(turns) turns")
        #expect(busy > 1_000_000_000, "\(busy) in 10 s, \(turns) turns")
    }

    @Test func manyUseWhatIsSavedAndThenRest() {
        var intake = InitiationIntake()
        intake.begin(busy: 1_000_000, at: start)
        #expect(intake.mayTake(after: 50, busy: 3_900_000))
        #expect(!intake.mayTake(after: 50, busy: 4_000_000))
        #expect(!intake.mayTake(after: InitiationIntake.mostPerTurn, busy: 1_000_000))
        let rests = intake.end(after: 50, busy: 4_000_000, at: start)
        #expect(rests)
        let ends = [1, 2, 4].map { intake.ends(at: start + .milliseconds($0)) }
        #expect(ends == [false, true, false])
        #expect(intake.restsUntil == nil)
    }

    /// However late the loop comes, they get three tenths of the time, and never more than 3 ms.
    @Test(arguments: [2, 5, 10, 50] as [Int64])
    func theirShareIsThatOfTheTimeThatPassed(turnMs: Int64) {
        var intake = InitiationIntake()
        var (now, busy) = (start, Int64(0))
        let turns = 1000 / turnMs
        for _ in 0..<turns {
            intake.begin(busy: busy, at: now)
            let from = busy
            while intake.mayTake(after: 50, busy: busy) { busy += 10_000 }
            #expect(busy - from <= InitiationIntake.mostSaved)
            _ = intake.end(after: 50, busy: busy, at: now)
            now = now + .milliseconds(turnMs)
        }
        let share = min(turnMs * 1_000_000 * 3 / 10, InitiationIntake.mostSaved)
        #expect((busy - share * turns).magnitude < 3_500_000, "\(busy) of 1 s")
    }
}
