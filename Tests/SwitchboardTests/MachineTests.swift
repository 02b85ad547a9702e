import Testing
import Time

@testable import Station

@Suite struct OverloadTests {
    private var switchboard = Switchboard.bare()

    private mutating func follow(_ step: Overload) -> [Order] {
        switchboard.handle(.overload(step), at: start)
        return switchboard.decided
    }

    @Test mutating func eachStepIsToldOnceAndSoIsTheEnd() {
        #expect(follow(.none).isEmpty && !switchboard.overload.isOn)
        #expect(follow(.thriftyEncoder) == [.notice(.overload)])
        #expect(follow(.thriftyEncoder).isEmpty)
        #expect(follow(.plainEncoder) == [.notice(.overload)])
        #expect(switchboard.overload.isOn)
        #expect(follow(.none) == [.notice(.overloadEnd)])
        #expect(!switchboard.overload.isOn)
    }
}

@Suite struct CardTroublesTests {
    private var switchboard = Switchboard.bare()

    private mutating func lost(_ capture: UInt64, _ playback: UInt64) -> [Order] {
        switchboard.handle(.xruns(capture: capture, playback: playback), at: start)
        return switchboard.decided
    }

    @Test mutating func lostSoundIsToldOnceALookHoweverOften() {
        #expect(lost(0, 0).isEmpty)
        #expect(lost(3, 0) == [.notice(.xrun(.capture))])
        #expect(lost(3, 0).isEmpty)
        #expect(lost(4, 9) == [.notice(.xrun(.capture)), .notice(.xrun(.playback))])
        #expect(lost(4, 10) == [.notice(.xrun(.playback))])
    }

    @Test mutating func aCardThatStallsIsInTroubleUntilItIsGone() {
        switchboard.handle(.cardStalled, at: start)
        switchboard.expect(.notice(.stalled))
        #expect(switchboard.isCardStalled)
        switchboard.handle(.cardLost, at: start)
        #expect(!switchboard.isCardStalled)
    }
}

@Suite struct StillStreamsTests {
    private var streams = StillStreams()
    private var orders = Orders()

    private mutating func follow(
        _ change: StillStreams.Change, _ direction: StillStreams.Direction = .capture
    ) -> [Order] {
        streams.update(direction, change, &orders)
        return orders.all
    }

    @Test mutating func aStreamThatStandsIsOpenedAgainAndToldOnce() {
        #expect(follow(.stands) == [.reopen(.capture), .notice(.asleep(.capture))])
        #expect(streams[.capture] == .stands && streams[.playback] == nil && streams.isAny)
        // Opened again in vain, it is the same trouble.
        #expect(follow(.stands) == [.reopen(.capture)])
        #expect(follow(.moves) == [.notice(.awake(.capture))])
        #expect(!streams.isAny)
    }

    @Test mutating func aSuspendedCardIsWaitedFor() {
        #expect(follow(.suspended, .playback) == [.notice(.asleep(.playback))])
        #expect(streams[.playback] == .suspended && streams[.capture] == nil && streams.isAny)
        #expect(follow(.stands, .playback) == [.reopen(.playback)])
        #expect(streams[.playback] == .stands)
        #expect(follow(.moves, .playback) == [.notice(.awake(.playback))])
    }

    @Test mutating func aStreamThatNeedNotMoveHasNotWoken() {
        _ = follow(.suspended)
        #expect(follow(.over).isEmpty)
        #expect(!streams.isAny)
        #expect(follow(.moves).isEmpty)
    }

    @Test mutating func aCardThatIsGoneDoesNotStandStill() {
        for direction in StillStreams.Direction.allCases {
            _ = follow(.stands, direction)
            streams.lost(direction)
            #expect(streams[direction] == nil)
        }
        #expect(!streams.isAny)
    }
}

@Suite struct DownWatchTests {
    private let unplugged = "no cable"
    private let off = "switched off"
    private var switchboard = Switchboard.bare()

    private mutating func look(_ trouble: String?) -> [Order] {
        switchboard.handle(.network(trouble, loopback: [3]), at: start)
        return switchboard.decided
    }

    @Test mutating func aFaultOfTheNetworkIsNewsOnce() {
        #expect(look(nil).isEmpty)
        #expect(look(unplugged) == [.notice(.networkFault(unplugged))])
        #expect(look(unplugged).isEmpty)
        #expect(switchboard.downWatch.networkTrouble == unplugged)
        #expect(look(off) == [.notice(.networkFault(off))])
        #expect(look(nil) == [.notice(.networkReady), .retryAll])
        #expect(switchboard.downWatch.networkTrouble == nil)
    }

    @Test mutating func aFaultOfTheNetworkCutsOffThePeersThatAreNotOnThisMachine() {
        #expect(switchboard.downWatch.cutOff.isEmpty)
        _ = look(unplugged)
        #expect((0..<4).filter { switchboard.downWatch.cutOff.contains($0) } == [0, 1, 2])
        // A peer has moved to this machine.
        switchboard.handle(.network(unplugged, loopback: [2, 3]), at: start)
        #expect(switchboard.decided.isEmpty)
        #expect((0..<4).filter { switchboard.downWatch.cutOff.contains($0) } == [0, 1])
        _ = look(nil)
        #expect(switchboard.downWatch.cutOff.isEmpty)
    }

    @Test mutating func aSharedKeyIsNewsOnceUntilItIsSharedAgain() {
        var news: [[Order]] = []
        for isShared in [false, true, true, false, true] {
            switchboard.updateKey(of: 3, isShared: isShared)
            news.append(switchboard.decided)
        }
        let told = [Order.notice(.sharedKey(3))]
        #expect(news == [[], told, [], [], told])
    }
}

@Suite struct MicrophoneWatchTests {
    private func facts(
        muted: Bool = false, wanted: Bool = true, open: Bool = true, cardMuted: Bool = false
    ) -> MicrophoneWatch.Facts {
        MicrophoneWatch.Facts(
            isMuted: muted, isWanted: wanted, isOpen: open, isCardMuted: cardMuted)
    }

    @Test func theNearestCauseIsTold() {
        func silence(_ facts: MicrophoneWatch.Facts, isStill: Bool = false) -> Obstacle? {
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
