import Audio
import Testing
import Time
import Wire

@testable import Station

/// What is told of a talkspurt while it goes on.
@Suite struct JudgementTests {
    private var world = TalkWorld()

    @Test mutating func aPeerThatHasNotSaidIsTakenToHear() {
        world.begin()
        world.expect()
        #expect(!world.isTalkingToNobody)
        #expect(world.hearsNow(1) == nil)
        #expect(world.talks.isSpeaking(to: 1) && !world.talks.isSpeaking(to: 3))
    }

    @Test mutating func nobodyIsToldOfWhenTheLastListenerIsDeaf() {
        world.begin()
        world.tell(from: 1, .speakerMuted)
        world.expect(.sound(.doubt(peer: 1, true)))
        #expect(world.talks.isDeaf(1) && !world.talks.isDeaf(2))
        #expect(world.hearsNow(1) == .unheard(.told(.speakerMuted)))
        world.tell(from: 2, .volume)
        world.expect(
            .sound(.chime(.nobody)), nobodyHears((1, .told(.speakerMuted)), (2, .told(.volume))),
            .sound(.doubt(peer: 2, true)))
        #expect(world.isTalkingToNobody)
        #expect(!world.talks.isTalkingToNobody([]))
        world.tell(from: 2, .heard)
        world.expect(.sound(.chime(.permit)), .sound(.doubt(peer: 2, false)))
        #expect(world.hearsNow(2) == .heard)
        #expect(!world.isTalkingToNobody)
    }

    /// Both people talk, or one presses as the other lets go: half duplex passes with the other's
    /// button.
    @Test(arguments: [Unheard.heldDown, .outranked, .over, .tooMany])
    mutating func aReasonThatMayPassIsToldOfOnceItStands(why: Unheard) {
        world.begin(to: [1])
        world.tell(from: 1, why)
        world.expect(.sound(.doubt(peer: 1, true)))
        #expect(world.hearsNow(1) == nil && !world.isTalkingToNobody)
        world.wait(300)
        world.tell(from: 1, .heard)
        world.expect(.sound(.doubt(peer: 1, false)))
        #expect(world.hearsNow(1) == .heard && world.talks.deadline == nil)
        world.tell(from: 1, why)
        #expect(world.talks.deadline == world.now + .milliseconds(400))
        world.wait(399)
        world.tick()
        world.expect(.sound(.doubt(peer: 1, true)))
        world.wait(1)
        world.tick()
        world.expect(.sound(.chime(.nobody)), nobodyHears((1, .told(why))))
        #expect(world.hearsNow(1) == .unheard(.told(why)) && world.isTalkingToNobody)
        #expect(world.talks.deadline == nil)
    }

    @Test mutating func whatIsToldAgainIsNoNews() {
        world.begin(to: [1])
        world.tell(from: 1, .speakerMuted)
        #expect(world.taken().count == 3)
        world.tell(from: 1, .speakerMuted)
        world.judgeAnew()
        world.expect()
    }

    @Test mutating func withoutTonesTheJournalAloneIsTold() {
        world.around.hasPermitTone = false
        world.begin(to: [1])
        world.tell(from: 1, .speakerMuted)
        world.tell(from: 1, .heard)
        world.expect(
            nobodyHears((1, .told(.speakerMuted))), .sound(.doubt(peer: 1, true)),
            .sound(.doubt(peer: 1, false)))
    }

    @Test(arguments: [TalkTarget.call, TalkTarget.announcement])
    mutating func inACallOrAnAnnouncementNoToneSounds(target: UInt8) {
        world.begin(Int(target), [1])
        world.tell(from: 1, on: Int(target), .speakerMuted)
        world.expect(
            nobodyHears((1, .told(.speakerMuted)), target: Int(target)),
            .sound(.doubt(peer: 1, true)))
        // An announcement lights no lamp of a talk.
        #expect(world.talks.isTalkingToNobody([Int(target)]) == (target == TalkTarget.call))
    }

    @Test mutating func wherePeersAreDownTheSoundItselfSaysSo() {
        world.begin(to: [4])
        world.expect(nobodyHears((4, .down)))
        // One that was not heard lately is as good as down, and has a session.
        world.around.down = [5, 6, 7]
        world.begin(7, [4])
        world.expect(nobodyHears((4, .down), target: 7))
    }

    @Test mutating func aNetworkThatGoesIsToldOfToTheToneAndTheTalker() {
        world.begin(to: [1])
        world.judge { $0.cutOff = [1] }
        world.expect(
            .sound(.doubt(peer: 1, true)), .sound(.chime(.nobody)), nobodyHears((1, .noNetwork)))
        world.judge { $0.cutOff = [] }
        world.expect(.sound(.doubt(peer: 1, false)), .sound(.chime(.permit)))
    }

    @Test mutating func oneThatSaysThisAndThatIsToldOfNowAndThen() {
        world.around.hasPermitTone = false
        world.begin(to: [1])
        func tellings(_ world: inout TalkWorld) -> Int {
            world.taken().count { if case .notice(.noListener) = $0 { true } else { false } }
        }
        for _ in 0..<20 {
            world.wait(400)
            world.tell(from: 1, .speakerMuted)
            world.tell(from: 1, .heard)
        }
        // Six changes, of which every other one is that nobody hears it.
        #expect(tellings(&world) == 3)
        world.wait(10_000)
        world.tell(from: 1, .speakerMuted)
        #expect(tellings(&world) == 1)
        world.tell(from: 1, .heard)
        world.wait(9_999)
        world.tell(from: 1, .speakerMuted)
        #expect(tellings(&world) == 0)
        // Whether anybody hears it is known all the same.
        #expect(world.isTalkingToNobody)
    }

    @Test mutating func ofAListenerThatStopsReportingNothingIsTakenForGranted() {
        world.beginHeard()
        world.checkSilentListeners(after: 3_100)
        #expect(world.taken() == [] && world.hearsNow(1) == .heard)
        world.checkSilentListeners(after: 100)
        world.expect(
            .sound(.doubt(peer: 1, true)), .sound(.chime(.nobody)), nobodyHears((1, .noAnswer)))
        #expect(world.hearsNow(1) == .unheard(.noAnswer))
        // Without a network here, nothing could come back.
        world.around.cutOff = [1]
        #expect(world.hearsNow(1) == .unheard(.noNetwork))
        world.around.cutOff = []
        #expect(world.talks.isDeaf(1))
        world.reportShare(from: 1, frames: 300, highest: 1_399)
        world.expect(.sound(.chime(.permit)), .sound(.doubt(peer: 1, false)))
    }

    @Test mutating func aSilentListenerThatIsNotUpIsNotCalledDeaf() {
        world.begin(to: [1])
        world.around.up = []
        world.checkSilentListeners(after: 4_000)
        world.expect(nobodyHears((1, .down)))
        #expect(!world.talks.isDeaf(1))
    }

    @Test mutating func aJoinerIsWaitedForAsLongAsTheFirst() {
        let page = Int(TalkTarget.page)
        world.begin(page, [1])
        world.wait(3_000)
        world.talks.joined(page, by: [2], at: world.now)
        world.checkSilentListeners(after: 3_100)
        world.expect()
        world.checkSilentListeners(after: 100)
        #expect(world.taken().last == nobodyHears((1, .noAnswer), (2, .noAnswer), target: page))
    }

    @Test mutating func aDoubtedTalkWaitsForTheFirstThatHears() {
        world.begin(isDoubted: true)
        world.tell(from: 1, .speakerMuted)
        world.expect(.sound(.doubt(peer: 1, true)))
        world.tell(from: 2, .heard)
        world.expect(.sound(.chime(.permit)))
        #expect(!world.isTalkingToNobody)
    }

    /// The sound has played no tone at the beginning of a talk that is doubted.
    @Test mutating func aDoubtedTalkWhereNobodyIsThereHasItsTone() {
        world.begin(to: [4], isDoubted: true)
        world.expect(.sound(.chime(.nobody)), nobodyHears((4, .down)))
    }

    @Test mutating func whatIsSaidOfAnOlderTalkspurtTellsNothingOfThis() {
        world.begin(Int(TalkTarget.announcement), [1])
        world.tell(from: 1, on: Int(TalkTarget.announcement), .volume)
        world.begin(to: [1])
        #expect(world.hearsNow(1) == nil)
        #expect(world.talks.whyNotNow(1, at: world.now) == nil)
        #expect(world.talks.whyNotNow(3, at: world.now) == nil)
    }

    @Test mutating func anotherPeerOfTheSameNumberIsNotDoubted() {
        world.begin(to: [1])
        world.tell(from: 1, .speakerMuted)
        world.end(frames: 100)
        world.awaitReports()
        _ = world.taken()
        world.replace(1)
        world.expect(.sound(.doubt(peer: 1, false)))
        #expect(!world.talks.isDeaf(1) && world.talks.lastWords(to: 1) == nil)
        world.replace(1)
        world.expect()
    }

    @Test mutating func aTalkspurtThatIsOverIsJudgedNoMore() {
        world.begin(to: [1])
        world.end(frames: 100)
        world.judge { $0.cutOff = [1] }
        world.checkSilentListeners(after: 4_000)
        world.expect(.sound(.doubt(peer: 1, true)))
        #expect(!world.isTalkingToNobody)
    }
}
