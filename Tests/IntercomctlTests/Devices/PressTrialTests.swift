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
        #expect(trial.bounces == 0 && trial.settling == .zero)
        #expect(trial.isOver(at: moment(525)) && !trial.isOver(at: moment(524)))
    }

    @Test func bouncesOfBothEndsAreCountedAndTheLongestIsTold() {
        let trial = trial([100, 100.5, 101, 102, 103, 500, 500.25, 502])
        #expect(trial.pressedFor == .milliseconds(400))
        #expect(trial.bounces == 3)
        #expect(trial.settling == .milliseconds(3))
    }

    @Test func theLongestBounceIsTheLongestGapOfOneMovement() {
        #expect(trial([100, 500]).longestBounce == .zero)
        #expect(trial([100, 101, 105, 106, 108, 500]).longestBounce == .milliseconds(4))
        #expect(trial([100, 500, 500.5, 503.5]).longestBounce == .milliseconds(3))
    }

    @Test func nothingAndHalfAPressAreNotOver() {
        let untouched = trial([])
        #expect(untouched.isUntouched && !untouched.isPressed && untouched.pressedFor == nil)
        #expect(!untouched.isOver(at: moment(20_000)))
        let held = trial([100])
        // A touch too short to hold is a bounce.
        let touched = trial([100, 101])
        #expect(touched.pressedFor == nil && !touched.isOver(at: moment(20_000)))
        #expect(held.isPressed && held.pressedFor == nil && !held.isOver(at: moment(20_000)))
    }

    @Test func aKeyThatReadsPressedFirstMustBePressedAgain() {
        let released = trial([100], isPressed: true)
        #expect(!released.isPressed && released.pressedFor == nil)
        #expect(!released.isOver(at: moment(20_000)))
        let pressed = trial([100, 300, 700], isPressed: true)
        #expect(pressed.pressedFor == .milliseconds(400) && pressed.isOver(at: moment(1_000)))
        #expect(trial([], isPressed: true).isPressed)
    }

    @Test func aLineThatSwingsForEverFillsNoMemory() {
        let trial = trial((0..<30_000).map { Double($0) })
        #expect(!trial.isOver(at: moment(30_000)))
        #expect(trial.bounces <= 10_000)
    }
}
