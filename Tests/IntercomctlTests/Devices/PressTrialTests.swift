import Testing
import Time

@testable import Intercomctl

/// A trial after changes at these milliseconds, pressed and released by turns.
private func trial(_ milliseconds: [Double], isPressed: Bool = false) -> PressTrial {
    var trial = PressTrial(isPressed: isPressed)
    var level = isPressed
    for time in milliseconds {
        level.toggle()
        trial.change(isPressed: level, at: moment(time))
    }
    return trial
}

private func moment(_ milliseconds: Double) -> Instant {
    Instant(nanoseconds: Int64(milliseconds * 1_000_000))
}

@Suite struct PressTrialTests {
    @Test func aCleanPressIsTimed() {
        let trial = trial([100, 500])
        #expect(trial.pressedFor == .milliseconds(400))
        #expect(trial.isOver(at: moment(525)) && !trial.isOver(at: moment(524)))
    }

    @Test func bouncesOfBothEndsAreOnePress() {
        let trial = trial([100, 100.5, 101, 102, 103, 500, 500.25, 502])
        #expect(trial.pressedFor == .milliseconds(402))
        #expect(trial.isOver(at: moment(527)) && !trial.isOver(at: moment(526)))
    }

    @Test func aKeyThatIsHeldIsNotOver() {
        #expect(trial([100]).isPressed && trial([100]).pressedFor == nil)
        #expect(!trial([100]).isOver(at: moment(10_000)))
        #expect(!trial([100, 500, 501]).isOver(at: moment(10_000)))
    }

    @Test func oneThatReadsPressedIsToBeLetGoFirst() {
        #expect(trial([], isPressed: true).isUntouched && trial([], isPressed: true).isPressed)
        let released = trial([100], isPressed: true)
        #expect(!released.isUntouched && !released.isOver(at: moment(10_000)))
        #expect(trial([100, 200, 600], isPressed: true).pressedFor == .milliseconds(400))
    }
}
