import Audio
import Scene
import Testing

/// Networks that stand still for longer than any delay one would choose, as on a drive.
@Suite struct LongHoldTests {
    static let talk = Result { try Talk(Speech(seconds: 30, pauses: true), perPacket: 2) }

    /// A minute in which the network stands still so long, every ten seconds.
    private func play(holdMs: Double) throws -> (TraceFigures, skippedMs: UInt64) {
        let delays = (0..<3_000).map { number -> Double? in
            let sinceHold = Double((number + 250) % 500) * 20
            return 20 + max(0, holdMs - sinceHold)
        }
        var voice = try Voice()
        let figures = try Trace(delays: delays).play(Self.talk.get(), voice: &voice)
        return (figures, voice.totals.skippedMs)
    }

    @Test func whatWasHeldForLessThanASecondIsHeardAndNotSkipped() throws {
        let (figures, skippedMs) = try play(holdMs: 900)
        #expect(skippedMs == 0)
        // The silence itself is 9 %.
        #expect(figures.concealedPercent < 11, "\(figures)")
        // And it is caught up, at twice the speed: at one and a half the mean is 115 ms.
        #expect(figures.meanDelay < 108, "\(figures)")
    }

    @Test func oneOf50PacketsHeldWithAllBehindItIsNotMissed() throws {
        let delays = (0..<3_000).map { number -> Double? in
            20 + max(0, 200 - Double(number % 50) * 20)
        }
        var voice = try Voice()
        let figures = try Trace(delays: delays).play(Self.talk.get(), voice: &voice)
        #expect(figures.concealedPercent <= 2, "\(figures)")
        // A buffer that may not grow as much misses it.
        var short = try Voice(delayMax: .milliseconds(60))
        let missed = try Trace(delays: delays).play(Self.talk.get(), voice: &short)
        #expect(missed.concealedPercent > 2, "\(missed)")
    }
}
