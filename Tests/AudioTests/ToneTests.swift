import Audio
import Testing

@Suite struct ToneTests {
    private func samples(_ tone: Tone) -> [Int] {
        var tone = tone
        var frame = Block(repeating: 0)
        var samples: [Int] = []
        while tone.next(into: &frame) { for i in 0..<480 { samples.append(Int(frame[i])) } }
        return samples
    }

    @Test func aNoteHasItsPitchItsLengthAndItsLevel() {
        let note = Tone.Note(frequency: 1_000, duration: .milliseconds(500))
        let sound = samples(Tone(note, decibels: -6.0206))
        let crossings = (1..<24_000).filter { sound[$0 - 1] < 0 && sound[$0] >= 0 }.count
        #expect((498...501).contains(crossings))
        #expect(sound.dropFirst(24_000).allSatisfy { $0 == 0 })
        #expect(sound.count <= 24_000 + 480)
        let peak = sound.map(abs).max() ?? 0
        #expect((16_300...16_400).contains(peak))
    }

    @Test func tonesBeginAndEndWithoutAClick() {
        for chime in Chime.allCases {
            let sound = samples(chime.tone)
            #expect(sound.count > 3_000)
            #expect(sound[0] == 0)
            let steps = (1..<sound.count).map { abs(sound[$0] - sound[$0 - 1]) }
            // The steepest sine of all has steps of 2π·1400/48000 of its 3277.
            #expect(steps.allSatisfy { $0 < 610 })
        }
    }
}
