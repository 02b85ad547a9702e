import Testing

@testable import Intercomd

/// When the media loop's socket wakes it.
@Suite struct IntakeTests {
    @Test func severalVoicesLeaveDatagramsToTheNextTurn() {
        var intake = Intake(busyMax: .max)
        #expect(intake.newWaking() == nil)
        intake.mixed(voices: 1)
        #expect(!intake.waitsForTurn && intake.newWaking() == nil)
        intake.mixed(voices: 2)
        #expect(intake.waitsForTurn && intake.newWaking() == false)
        // Nothing new: the kernel is not told again.
        intake.mixed(voices: 8)
        intake.beginPeriod()
        #expect(intake.newWaking() == nil)
        intake.mixed(voices: 1)
        #expect(!intake.waitsForTurn && intake.newWaking() == true)
    }

    /// What waits may be more than the kernel keeps: a flood is taken as it comes.
    @Test func moreThanATurnTakesWakeTheLoop() {
        var intake = Intake(busyMax: .max)
        intake.mixed(voices: 8)
        intake.take(Intake.turnMax - 1)
        #expect(intake.waitsForTurn && intake.newWaking() == false)
        intake.take(Intake.turnMax)
        #expect(!intake.waitsForTurn && intake.newWaking() == true)
    }

    @Test func whatCostsTooMuchOfAPeriodWaitsForTheNextOne() {
        var intake = Intake(busyMax: 0)
        intake.take(Intake.turnMax - 1)
        #expect(!intake.isFlooded)
        intake.take(1)
        #expect(intake.isFlooded && intake.newWaking() == false)
        intake.beginPeriod()
        #expect(!intake.isFlooded && intake.newWaking() == true)
    }
}
