import Foundation
import Testing

@testable import HAL

@Suite struct ChannelMixTests {
    /// The amplitude of a tone of 10,000 steps, in periods of 5 ms, after a second.
    private func heard(left: Double, right: Double, offset: Int = 0) -> (loud: Int, leap: Int) {
        var mix = ChannelMix()
        var (loud, leap, last) = (0, 0, 0)
        for place in 0..<48_000 {
            let tone = 10_000 * sin(Double(place) * 2 * .pi * 300 / 48_000)
            let noise = Int.random(in: -3...3)
            let sample = Int(
                mix.one(of: Int16(Int(tone * left) + noise), Int16(Int(tone * right) + offset)))
            if place % 240 == 239 { mix.weigh() }
            leap = max(leap, abs(sample - last))
            last = sample
            if place >= 24_000 { loud = max(loud, abs(sample)) }
        }
        return (loud, leap)
    }

    @Test func aMicrophoneOnOneOfTwoChannelsKeepsItsLevel() {
        #expect(abs(heard(left: 1, right: 0).loud - 10_000) < 20)
        #expect(abs(heard(left: 0, right: 1).loud - 10_000) < 20)
        // Some of it comes over; and the other channel has an offset, which is no sound.
        #expect(abs(heard(left: 1, right: 0.05, offset: 5_000).loud - 10_000) < 20)
    }

    @Test func anInvertedPairIsNoSilence() {
        #expect(abs(heard(left: 1, right: -1).loud - 10_000) < 20)
        #expect(abs(heard(left: 0.9, right: -1).loud - 10_000) < 20)
    }

    @Test func twoMicrophonesAreAveraged() {
        #expect(abs(heard(left: 1, right: 0.5).loud - 7_500) < 20)
        #expect(abs(heard(left: 1, right: 1).loud - 10_000) < 20)
    }

    @Test func theChangeIsNoClick() {
        // The tone itself changes by 393 steps from a sample to the next.
        #expect(heard(left: 1, right: 0).leap < 420)
        #expect(heard(left: 1, right: -1).leap < 420)
    }

    @Test func aPauseChangesNothing() {
        var mix = ChannelMix()
        func play(_ count: Int, _ left: Int16) -> Int16 {
            var last: Int16 = 0
            for place in 0..<count {
                let sign: Int16 = place % 80 < 40 ? 1 : -1
                last = abs(mix.one(of: left * sign, sign))
                if place % 240 == 239 { mix.weigh() }
            }
            return last
        }
        _ = play(24_000, 10_000)
        // Three seconds of noise, as loud on the channel without a microphone.
        _ = play(144_000, 1)
        #expect(play(1, 10_000) == 10_000)
    }
}
