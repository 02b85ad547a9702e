import Audio
import Station
import Testing
import Time

@testable import Media

@Suite struct TonesTests {
    private var tones = Tones()

    /// The loudest sample of so many blocks.
    private mutating func peak(
        _ volumes: MediaVolumes = MediaVolumes(), blocks: Int = 20,
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

    @Test mutating func silenceIsTheRule() {
        #expect(peak() == 0)
        #expect(!tones.isUrgent(at: at(0)))
    }

    @Test mutating func aPageIsToldOfOnceAndAgainAfterAPause() {
        tones.voiceSounds(as: .direct, at: at(0))
        #expect(peak() == 0)
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(0))
        #expect(peak(blocks: 100) > 1_000)
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(1_900))
        #expect(peak() == 0, "the same page goes on")
        tones.voiceSounds(as: .page(channel: nil, overrides: false), at: at(3_900))
        #expect(peak() > 1_000)
    }

    @Test mutating func aBeepIsHeardWhateverTheVolumeOfTones() {
        var volumes = MediaVolumes()
        volumes.tones = .muted
        tones.beep(true)
        #expect(peak(volumes, blocks: 100) > 100)
        #expect(tones.isUrgent(at: at(0)))
        tones.beep(false)
        _ = peak(volumes, blocks: 5)
        #expect(peak(volumes, blocks: 100) == 0)
        #expect(!tones.isUrgent(at: at(5_000)))
    }

    @Test mutating func noOtherToneTakesThePlaceOfTheToneOfARecording() {
        var volumes = MediaVolumes()
        volumes.tones = .muted
        tones.play(.recording)
        tones.play(.permit)
        tones.beep(false)
        #expect(peak(volumes, blocks: 100) > 100)
        tones.beep(true)
        tones.play(.recording)
        _ = peak(volumes, blocks: 100)
        #expect(peak(volumes, blocks: 1_000) > 100, "and the beep goes on")
    }
}
