import Audio
import Testing

@testable import Media

@Suite struct MuteTests {
    private func muted(_ mute: inout Mute, _ isMuted: Bool) -> (first: Int16, last: Int16) {
        var block = Block(repeating: 10_000)
        var span = block.mutableSpan
        mute.apply(to: &span, isMuted: isMuted)
        return (block[0], block[479])
    }

    @Test func itFadesWithinTenMilliseconds() {
        var mute = Mute()
        let open = muted(&mute, false)
        #expect(open == (10_000, 10_000))
        mute.begin(before: 7, isRunning: true)
        let fading = muted(&mute, true)
        #expect(fading.first > 9_900 && fading.last < 100)
        let silent = muted(&mute, true)
        #expect(silent == (0, 0))
        #expect(mute.firstFrame == 7, "no pre-roll reaches before it")
    }

    @Test func nothingFadesInAMicrophoneThatRests() {
        var mute = Mute()
        mute.begin(before: 3, isRunning: false)
        let silent = muted(&mute, true)
        #expect(silent == (0, 0))
    }
}
