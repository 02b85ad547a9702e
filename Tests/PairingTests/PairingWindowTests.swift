import Testing
import Time

@testable import Peering

/// `PairingShowingTests` has a window that closes by itself, and two at once.
@Suite struct PairingWindowTests {
    private var window = PairingWindow()

    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    /// Opens a window, and fails in it; returns which failures burn the code.
    private mutating func fail(_ times: Int = 3, at seconds: Int64) -> [Bool] {
        _ = window.open(at: at(seconds))
        return (0..<times).map { _ in window.failed(at: at(seconds)) }
    }

    @Test mutating func threeFailuresBurnTheCodeAndTheRestDoubles() {
        var now: Int64 = 0
        for rest: Int64 in [60, 120, 240, 480] {
            #expect(fail(at: now) == [false, false, true])
            #expect(window.state(at: at(now)) == .resting(until: at(now + rest)))
            #expect(window.open(at: at(now + rest - 1)) == nil)
            now += rest
        }
        for _ in 0..<20 {
            #expect(fail(at: now) == [false, false, true])
            now += 86_400
        }
        #expect(window.open(at: at(now)) != nil)
    }

    @Test mutating func failuresOfOneWindowDoNotCountInTheNext() {
        for round: Int64 in 0..<5 { #expect(fail(2, at: round * 200) == [false, false]) }
    }

    @Test mutating func aPairingEndsTheWindowAndForgivesBurntCodes() {
        _ = fail(at: 0)
        _ = window.open(at: at(60))
        window.succeeded()
        #expect(window.state(at: at(61)) == .closed)
        _ = fail(at: 62)
        #expect(window.state(at: at(63)) == .resting(until: at(122)))
    }

    /// Somebody guesses six digits, three of them in each window, as soon as a window opens.
    @Test mutating func aGuesserGetsFewGuessesADay() {
        var guesses = 0
        for second: Int64 in 0..<86_400 where window.open(at: at(second)) != nil {
            guesses += fail(at: second).count
        }
        // 60 s, 120 s, ... 30,720 s, 61,440 s are more than a day: 11 windows of 3 guesses.
        #expect(guesses == 33)
    }

    @Test mutating func aPersonAtAScreenNeedNotWaitForBurntCodesToRest() {
        _ = fail(at: 0)
        #expect(window.open(isAtScreen: true, at: at(1)) == at(121))
        #expect(window.attemptsLeft == 3)
        // It rests as long as before for a button.
        window.close()
        #expect(window.state(at: at(2)) == .resting(until: at(60)))
    }
}
