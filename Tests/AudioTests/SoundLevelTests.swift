import Audio
import Testing

@Suite struct SoundLevelTests {
    @Test func theWordsAreInOrderAndBeginAtTheirThresholds() {
        var before = -200.0
        for word in SoundLevel.allCases {
            #expect(word.threshold > before)
            #expect(SoundLevel(rms: word.threshold) == word)
            before = word.threshold
        }
        #expect(SoundLevel(rms: -60.1) == .silent && SoundLevel(rms: -200) == .silent)
        #expect(SoundLevel(rms: -23) == .normal && SoundLevel(rms: 0) == .shouting)
    }
}
