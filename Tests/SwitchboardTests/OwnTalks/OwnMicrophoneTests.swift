import Audio
import Testing
import Time
import Wire

@testable import Station

/// Talk into a microphone that gives nothing: the listeners report that they heard all of it.
@Suite struct OwnMicrophoneTests {
    private var world = TalkWorld()

    @Test mutating func aMutedMicrophoneIsToldOfAtOnce() {
        world.around.silence = .microphoneMuted
        world.begin(to: [1], isDoubted: true)
        world.expect(.sound(.chime(.nobody)), nobodyHears((1, .microphoneMuted)))
        #expect(world.hearsNow(1) == .unheard(.microphoneMuted))
        world.reportShare(after: 1_000, from: 1)
        #expect(world.outcomes(of: 100) == [[heard(1, 0, .microphoneMuted)]])
    }

    @Test mutating func ofATalkThatIsMutedMidwayTheRestIsNotHeard() {
        world.beginHeard()
        world.judge { $0.silence = .microphoneMuted }
        world.expect(.sound(.chime(.nobody)), nobodyHears((1, .microphoneMuted)))
        world.reportShare(after: 3_000, from: 1, frames: 300, highest: 1_399)
        #expect(world.outcomes(of: 400) == [[heard(1, 25, .microphoneMuted)]])
    }

    @Test mutating func aMicrophoneThatIsOpenedAgainIsPermittedAgain() {
        world.around.silence = .microphoneMuted
        world.begin(to: [1])
        world.wait(1_000)
        _ = world.taken()
        world.judge { $0.silence = nil }
        world.expect(.sound(.chime(.permit)))
        world.reportShare(after: 1_000, from: 1, frames: 200, highest: 1_199)
        #expect(world.outcomes(of: 200) == [[heard(1, 50, .microphoneMuted)]])
    }

    /// The card's mixer is looked at now and then; the sound tells since when it gives nothing.
    @Test mutating func theMixerOfTheCardCountsFromWhereItsSoundStopped() {
        world.begin(to: [1])
        world.wait(1_000)
        world.around.silence = .microphoneCardMuted
        world.around.silentSince = TalkWorld.start + .milliseconds(400)
        world.judgeAnew()
        world.reportShare(after: 1_000, from: 1, frames: 200, highest: 1_199)
        #expect(world.outcomes(of: 200) == [[heard(1, 20, .microphoneCardMuted)]])
        // Of a talk that began since, all of it is silence.
        world.begin(to: [1], first: 2_000)
        world.reportShare(after: 1_000, from: 1, highest: 2_099)
        #expect(world.outcomes(of: 100) == [[heard(1, 0, .microphoneCardMuted)]])
        // Of one that goes on into an open microphone, what was before it does not count.
        world.begin(to: [1], first: 3_000)
        world.wait(1_000)
        world.judge { $0.silence = nil }
        world.reportShare(after: 1_000, from: 1, frames: 200, highest: 3_199)
        #expect(world.outcomes(of: 200) == [[heard(1, 50, .microphoneCardMuted)]])
    }

    @Test mutating func aMicrophoneThatIsLostMidwaySendsNothing() {
        world.beginHeard()
        world.judge { $0.silence = .microphoneLost }
        world.expect(.sound(.chime(.nobody)), nobodyHears((1, .microphoneLost)))
        // Nothing can come back of nothing.
        world.checkSilentListeners(after: 4_000)
        #expect(world.taken() == [] && !world.talks.isDeaf(1))
        world.judge { $0.silence = nil }
        world.expect(.sound(.chime(.permit)))
        // From here on the listener has as long as at the beginning.
        world.checkSilentListeners(after: 3_100)
        world.expect()
        world.reportShare(from: 1, highest: 1_199)
        world.end(frames: 200)
        // Two seconds were sent, and four were not.
        #expect(world.outcomes() == [[heard(1, 33, .microphoneLost)]])
    }

    @Test mutating func whereNothingCameBackOfSilenceThatIsTheReason() {
        world.around.silence = .microphoneLost
        world.begin(to: [1, 4])
        #expect(world.outcomes(of: 10) == [[heard(1, 0, .microphoneLost), heard(4, 0, .down)]])
    }

    @Test mutating func aTalkThatIsHeldOpenWithoutAMicrophoneIsHeardByNobody() {
        #expect(world.hearsNow(1, isHeld: true) == nil)
        world.around.silence = .microphoneLost
        #expect(world.hearsNow(1, isHeld: true) == .unheard(.microphoneLost))
        #expect(world.hearsNow(1) == nil)
        // Of a peer that is down its state tells enough.
        #expect(world.hearsNow(4, isHeld: true) == nil)
        world.around.silence = .microphoneMuted
        #expect(world.hearsNow(1, isHeld: true) == nil)
    }

    @Test func noPeerCanBeSpokenToWhereNetworkSessionOrMicrophoneIsMissing() {
        var around = Surroundings()
        around.up = [0, 1]
        around.down = [2, 3]
        around.cutOff = [1, 3]
        #expect(around.obstacle(to: 0) == nil)
        #expect(around.obstacle(to: 1) == .noNetwork)
        #expect(around.obstacle(to: 2) == .down)
        #expect(around.obstacle(to: 3) == .noNetwork)
        around.silence = .microphoneMuted
        #expect(around.obstacle(to: 0) == .microphoneMuted)
        #expect(around.obstacle(to: 0, isVoice: false) == nil)
        #expect(around.obstacle(to: 2) == .down)
    }
}
