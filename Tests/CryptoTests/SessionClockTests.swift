import Seeds
import Testing
import Time

@testable import Crypto

@Suite struct SessionClockTests {
    private func moment(_ ms: Int64) -> Instant {
        Instant(nanoseconds: 5_000_000_000) + .milliseconds(ms)
    }

    /// Two ends, whose clocks show different times, and a handshake with any delays.
    @Test func theAgeIsNeverLessThanTheTrueOne() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for round in 0..<2_000 {
            func delay(_ most: Int64) -> Int64 { Int64.random(in: 0...most, using: &random) }
            let other = delay(1_000_000_000)
            // True times: M2 leaves R, arrives at I, M3 arrives at R.
            let second = delay(10_000)
            let made = second + delay(170_000)
            let accepted = made + delay(5_000)
            var answerer = SessionClock(began: moment(accepted), peerBegan: moment(second))
            var caller = SessionClock(began: moment(other + made), peerBegan: moment(other + made))
            for _ in 0..<20 {
                let sent = accepted + delay(170_000)
                let came = sent + delay(180_000)
                let toAnswerer = caller.time(at: moment(other + sent))
                let toCaller = answerer.time(at: moment(sent))
                let held = Duration.milliseconds(came - sent)
                #expect(
                    answerer.age(of: toAnswerer, at: moment(came)) >= held,
                    "seed \(seed), round \(round)")
                #expect(
                    caller.age(of: toCaller, at: moment(other + came)) >= held,
                    "seed \(seed), round \(round)")
                // An answer was made after its question; whoever holds it gains nothing.
                let asked = sent - delay(min(sent - accepted, 3_000))
                answerer.answered(askedAt: moment(asked), time: toAnswerer)
                caller.answered(askedAt: moment(other + asked), time: toCaller)
            }
        }
    }

    @Test func onAGoodNetworkItIsTheWayOfTheHandshakeMore() {
        // M2 leaves at 0, M3 is made at 20, accepted at 40; a packet takes 20 more.
        let answerer = SessionClock(began: moment(40), peerBegan: moment(0))
        let caller = SessionClock(began: moment(20), peerBegan: moment(20))
        let age = answerer.age(of: caller.time(at: moment(1_000)), at: moment(1_020))
        #expect(age == .milliseconds(40))
        #expect(
            caller.age(of: answerer.time(at: moment(1_000)), at: moment(1_020))
                == .milliseconds(40))
    }

    @Test func anAnswerMakesUpForAHandshakeThatWasHeldUp() {
        // M2 was held for 60 s: all that the caller says looks that old, until it answers.
        var answerer = SessionClock(began: moment(60_020), peerBegan: moment(0))
        let caller = SessionClock(began: moment(60_000), peerBegan: moment(60_000))
        let time = caller.time(at: moment(61_000))
        #expect(answerer.age(of: time, at: moment(61_010)) > SessionClock.freshFor)
        answerer.answered(askedAt: moment(60_990), time: time)
        #expect(answerer.age(of: time, at: moment(61_010)) == .milliseconds(30))
        // An older answer that comes late takes nothing back.
        answerer.answered(askedAt: moment(60_100), time: caller.time(at: moment(60_110)))
        #expect(answerer.age(of: time, at: moment(61_010)) == .milliseconds(30))
    }

    @Test func aSessionThatIsOlderThanATimeCanSayIsStale() {
        let clock = SessionClock(began: moment(0), peerBegan: moment(0))
        #expect(clock.time(at: moment(700_000)) == .max)
        #expect(clock.age(of: .max, at: moment(700_000)) > SessionClock.freshFor)
        #expect(clock.time(at: moment(-5)) == 0)
    }
}
