import Audio
import Station
import Testing
import Time

@testable import Media

@Suite struct TonesTests {
    /// The loudest sample of so many blocks.
    private func peak(
        _ tones: inout Tones, _ volumes: MediaVolumes = MediaVolumes(), blocks: Int = 20,
        isOutranked: Bool = false
    ) -> Int {
        var mixer = Mixer()
        var peak = 0
        let plan = emptyPlan()
        for number in 0..<blocks {
            var block = Block(repeating: 0)
            var span = block.mutableSpan
            tones.mix(
                into: &mixer, by: &span, plan, volumes, isOutranked: isOutranked,
                at: at(number * 10))
            mixer.render(into: &span)
            for index in 0..<480 { peak = max(peak, abs(Int(block[index]))) }
        }
        return peak
    }

    @Test func silenceIsTheRule() {
        var tones = Tones()
        #expect(peak(&tones) == 0)
        #expect(!tones.isUrgent(at: at(0)))
    }

    @Test func aPageIsToldOfOnceAndAgainAfterAPause() {
        var tones = Tones()
        tones.voiceSounds(as: .direct, at: at(0))
        #expect(peak(&tones) == 0)
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(0))
        #expect(peak(&tones, blocks: 100) > 1_000)
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(1_900))
        #expect(peak(&tones) == 0, "the same page goes on")
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(3_900))
        #expect(peak(&tones) > 1_000)
    }

    @Test func aBeepIsHeardWhateverTheVolumeOfTones() {
        var tones = Tones()
        var volumes = MediaVolumes()
        volumes.tones = .muted
        tones.beep(true)
        #expect(peak(&tones, volumes, blocks: 100) > 100)
        #expect(tones.isUrgent(at: at(0)))
        tones.beep(false)
        _ = peak(&tones, volumes, blocks: 5)
        #expect(peak(&tones, volumes, blocks: 100) == 0)
        #expect(!tones.isUrgent(at: at(5_000)))
    }
}
