import Audio
import Testing

@Suite struct ToneTrialTests {
    /// A microphone's recording of a trial after `delay` samples, with noise.
    private func recording(delay: Int, gain: Double, noise: Int) -> [Int16] {
        let sweep = ToneTrial().samples
        var state: UInt64 = 3
        return (0..<ToneTrial.count).map { place in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let hiss = noise > 0 ? Int(state >> 40) % (2 * noise) - noise : 0
            let tone = ToneTrial.sweepPlace(at: place - delay).map { gain * Double(sweep[$0]) } ?? 0
            return Int16(tone) + Int16(hiss)
        }
    }

    @Test func findsHowLongTheWayTook() throws {
        let heard = try #require(
            ToneTrial().heard(in: recording(delay: 2_400, gain: 0.1, noise: 50), from: 0))
        #expect(abs(heard.delay - 2_400) < 4)
        #expect(heard.level < -30 && heard.level > -45)
    }

    @Test func whatIsNotThereIsNotHeard() {
        #expect(ToneTrial().heard(in: recording(delay: 0, gain: 0, noise: 300), from: 0) == nil)
        #expect(ToneTrial().heard(in: [], from: 0) == nil)
    }
}
