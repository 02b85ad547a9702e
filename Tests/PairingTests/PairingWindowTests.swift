import Testing
import Time

@testable import Peering

@Suite struct PairingWindowTests {
    private var window = PairingWindow()

    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test mutating func aWindowClosesByItself() {
        #expect(window.open(at: at(0)) == at(120))
        #expect(window.open(at: at(1)) == nil)
        #expect(window.state(at: at(119)) == .open(until: at(120)))
        #expect(window.state(at: at(120)) == .closed)
        #expect(window.open(at: at(121)) == at(241))
    }

    @Test mutating func threeFailuresBurnTheCodeAndTheRestDoubles() {
        var now: Int64 = 0
        for rest: Int64 in [60, 120, 240, 480] {
            #expect(window.open(at: at(now)) != nil)
            #expect((1...3).map { _ in window.failed(at: at(now)) } == [false, false, true])
            #expect(window.state(at: at(now)) == .resting(until: at(now + rest)))
            #expect(window.open(at: at(now + rest - 1)) == nil)
            now += rest
        }
        for _ in 0..<20 {
            guard window.open(at: at(now)) != nil else { break }
            for _ in 1...3 { _ = window.failed(at: at(now)) }
            now += 86_400
        }
        #expect(window.open(at: at(now)) != nil)
    }

    @Test mutating func failuresOfOneWindowDoNotCountInTheNext() {
        for round: Int64 in 0..<5 {
            #expect(window.open(at: at(round * 200)) != nil)
            #expect((1...2).map { _ in window.failed(at: at(round * 200)) } == [false, false])
        }
    }

    @Test mutating func aPairingEndsTheWindowAndForgivesBurntCodes() {
        _ = window.open(at: at(0))
        for _ in 1...3 { _ = window.failed(at: at(0)) }
        _ = window.open(at: at(60))
        window.succeeded()
        #expect(window.state(at: at(61)) == .closed)
        _ = window.open(at: at(62))
        for _ in 1...3 { _ = window.failed(at: at(62)) }
        #expect(window.state(at: at(63)) == .resting(until: at(122)))
    }

    /// Somebody guesses six digits, three of them in each window, as soon as a window opens.
    @Test mutating func aGuesserGetsFewGuessesADay() {
        var guesses = 0
        for second: Int64 in 0..<86_400 where window.open(at: at(second)) != nil {
            for _ in 1...3 {
                guesses += 1
                _ = window.failed(at: at(second))
            }
        }
        // 60 s, 120 s, ... 30,720 s, 61,440 s are more than a day: 11 windows of 3 guesses.
        #expect(guesses == 33)
    }

    @Test mutating func aPersonAtAScreenNeedNotWaitForBurntCodesToRest() {
        _ = window.open(at: at(0))
        for _ in 1...3 { _ = window.failed(at: at(0)) }
        #expect(window.open(at: at(1)) == nil)
        #expect(window.open(isAtScreen: true, at: at(1)) == at(121))
        #expect(window.attemptsLeft == 3)
        // It rests as long as before for a button.
        window.close()
        #expect(window.state(at: at(2)) == .resting(until: at(60)))
    }
}
