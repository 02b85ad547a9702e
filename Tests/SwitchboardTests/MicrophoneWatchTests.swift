import Testing
import Time

@testable import Station

@Suite struct MicrophoneWatchTests {
    private func facts(
        muted: Bool = false, wanted: Bool = true, open: Bool = true, cardMuted: Bool = false
    ) -> MicrophoneWatch.Facts {
        MicrophoneWatch.Facts(
            isMuted: muted, isWanted: wanted, isOpen: open, isCardMuted: cardMuted)
    }

    @Test func theNearestCauseIsTold() {
        func silence(
            _ facts: MicrophoneWatch.Facts, isStill: Bool = false
        ) -> Obstacle? {
            var watch = MicrophoneWatch()
            _ = watch.update(facts, soundAt: start)
            return watch.silence(isStill: isStill)
        }
        #expect(silence(facts()) == nil)
        #expect(silence(facts(muted: true, open: false, cardMuted: true)) == .microphoneMuted)
        #expect(silence(facts(muted: true, wanted: false)) == .microphoneMuted)
        #expect(silence(facts(wanted: false, open: false)) == nil)
        #expect(silence(facts(open: false, cardMuted: true)) == .microphoneLost)
        #expect(silence(facts(cardMuted: true), isStill: true) == .microphoneLost)
        #expect(silence(facts(cardMuted: true)) == .microphoneCardMuted)
    }

    @Test func anotherSilenceIsNewsOnce() {
        var watch = MicrophoneWatch()
        func look(_ facts: MicrophoneWatch.Facts, isStill: Bool = false) -> Bool {
            _ = watch.update(facts, soundAt: start)
            return watch.check(isStill: isStill)
        }
        let news = [
            look(facts()), look(facts(cardMuted: true)), look(facts(cardMuted: true)),
            look(facts(cardMuted: true), isStill: true), look(facts()), look(facts()),
        ]
        #expect(news == [false, true, false, true, true, false])
    }

    @Test func theSoundOfAMutedCardTellsSinceWhen() {
        var watch = MicrophoneWatch()
        _ = watch.update(facts(muted: true, cardMuted: true), soundAt: start)
        #expect(watch.silentSince(isStill: false) == nil)
        _ = watch.update(facts(cardMuted: true), soundAt: start)
        #expect(watch.silentSince(isStill: false) == start)
        #expect(watch.silentSince(isStill: true) == nil)
    }

    /// The control of an input that nobody uses may be off, too: the sound tells.
    @Test func aMutedCardGivesNothingForSomeTime() {
        func isSilent(_ isMuted: Bool?, soundAt ms: Int?) -> Bool {
            MicrophoneWatch.isSilent(
                behind: isMuted, soundAt: ms.map { start + .milliseconds($0) },
                at: start + .milliseconds(1000))
        }
        #expect(isSilent(true, soundAt: 750))
        #expect(!isSilent(true, soundAt: 751))
        #expect(isSilent(nil, soundAt: 0))
        // A card that is not read is taken at its word.
        #expect(isSilent(true, soundAt: nil))
        #expect(!isSilent(false, soundAt: nil) && !isSilent(nil, soundAt: nil))
    }

    @Test func aStreamThatStandsStillGivesNothing() {
        var switchboard = Switchboard.bare()
        switchboard.handle(.microphone(facts(), soundAt: start), at: start)
        #expect(switchboard.microphoneSilence == nil)
        switchboard.handle(.stream(.capture, .stands), at: start)
        switchboard.expect(.reopen(.capture), .notice(.asleep(.capture)))
        #expect(switchboard.microphoneSilence == .microphoneLost)
        switchboard.handle(.streamLost(.capture), at: start)
        #expect(switchboard.microphoneSilence == nil)
        switchboard.handle(.microphone(facts(cardMuted: true), soundAt: start), at: start)
        #expect(switchboard.microphoneSilence == .microphoneCardMuted)
        switchboard.handle(.microphone(facts(muted: true), soundAt: start), at: start)
        #expect(switchboard.microphoneSilence == .microphoneMuted)
    }
}
