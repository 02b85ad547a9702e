import Testing

@testable import Media

/// When the media loop's socket wakes it.
@Suite struct IntakeTests {
    private var intake = Intake(period: 5_000_000)

    @Test mutating func withSeveralVoicesDatagramsStayInTheKernel() {
        #expect(intake.newWaking() == nil)
        intake.mixed(voices: 1)
        #expect(!intake.isGathering && intake.newWaking() == nil)
        intake.mixed(voices: 2)
        #expect(intake.isGathering && intake.newWaking() == false)
        // Nothing new: the kernel is not told again.
        intake.mixed(voices: 8)
        intake.beginPeriod()
        #expect(intake.newWaking() == nil)
        intake.mixed(voices: 1)
        #expect(!intake.isGathering && intake.newWaking() == true)
    }

    /// What waits may be more than the kernel keeps: a flood is taken as it comes.
    @Test mutating func moreThanATurnTakesWakeTheLoop() {
        intake.mixed(voices: 8)
        intake.note(arrivals: Intake.Bounds.data.perTurn - 1)
        #expect(intake.isGathering && intake.newWaking() == false)
        intake.note(arrivals: Intake.Bounds.data.perTurn)
        #expect(!intake.isGathering && intake.newWaking() == true)
        // The block of the same turn; and the rest of the flood finds the loop awake.
        intake.mixed(voices: 8)
        intake.note(arrivals: 10)
        #expect(!intake.isGathering && intake.newWaking() == nil)
        intake.beginPeriod()
        intake.note(arrivals: Intake.Bounds.data.perTurn - 1)
        intake.mixed(voices: 8)
        #expect(intake.isGathering && intake.newWaking() == false)
    }

    @Test func theyDoNotStayInALongPeriodNorWhereNoBlockIsDue() {
        var intake = Intake(period: 20_000_000)
        intake.mixed(voices: 8)
        #expect(!intake.isGathering)
        intake.adopt(period: 10_000_000)
        intake.mixed(voices: 8)
        #expect(intake.isGathering && intake.newWaking() == false)
        intake.missedBlock()
        #expect(!intake.isGathering && intake.newWaking() == true)
    }

    @Test mutating func whatCostsTooMuchOfAPeriodWaitsForTheNextOne() {
        intake.busyMax = 0
        intake.note(arrivals: Intake.Bounds.data.perTurn - 1)
        #expect(!intake.isFlooded)
        intake.note(arrivals: 1)
        #expect(intake.isFlooded && intake.newWaking() == false)
        intake.beginPeriod()
        #expect(!intake.isFlooded && intake.newWaking() == true)
    }

    /// They are no peer's, as far as is known: the first of a period counts.
    @Test func straysCostAQuarterFromTheFirstOn() {
        var intake = Intake(.strays, period: 8_000_000)
        #expect(intake.busyMax == 1_000_000 && Intake(period: 8_000_000).busyMax == 4_000_000)
        intake.busyMax = 0
        intake.note(arrivals: 0)
        #expect(!intake.isFlooded)
        intake.note(arrivals: 1)
        #expect(intake.isFlooded && intake.newWaking() == false)
        intake.beginPeriod()
        #expect(!intake.isFlooded && intake.newWaking() == true)
    }
}
