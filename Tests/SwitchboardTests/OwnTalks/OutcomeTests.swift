import Testing
import Time
import Wire

@testable import Station

/// What is told of a talkspurt once its last reports are in.
@Suite struct OutcomeTests {
    private var world = TalkWorld()

    @Test mutating func whatWasHeardIsToldWhenTheLastReportsAreIn() {
        let spurt = world.begin()
        let caller = ProgramTicket(place: 1, number: 10)
        world.awaitPage(spurt, for: caller)
        world.reportShare(after: 1_000, from: 1)
        world.end(frames: 100)
        world.reportShare(after: 100, from: 2, frames: 50, share: 255)
        world.expect()
        #expect(world.talks.deadline == TalkWorld.start + .milliseconds(2_300))
        world.wait(1_199)
        world.tick()
        world.expect()
        world.wait(1)
        world.tick()
        let found = [heard(1, 100), heard(2, 50, .network)]
        world.expect(
            .answer(caller, .pageOver(to: "house", found)),
            .notice(.heard(target: "target 3", .seconds(1), found)))
        #expect(world.talks.deadline == nil)
        let last = LastHeard(heard: found[1], at: TalkWorld.start + .seconds(1))
        #expect(world.talks.lastWords(to: 2) == last)
        #expect(world.talks.lastWords(to: 3) == nil)
    }

    @Test mutating func listenersAreToldOfInTheOrderOfThePeers() {
        world.around.peers = [2, 0, 1]
        world.begin(to: [0, 1, 2])
        #expect(world.outcomes(of: 100).first?.map { $0.peer } == [2, 0, 1])
    }

    @Test mutating func aSlowWayIsWaitedForUpToThreeSeconds() {
        world.talks.measured(.milliseconds(400), to: 1)
        world.talks.measured(.milliseconds(900), to: 2)
        world.talks.measured(.seconds(20), to: 3)
        // A session of the same start keeps the way.
        world.talks.cameUp(2, isNewBoot: false)
        world.begin()
        world.end(frames: 100)
        #expect(world.talks.deadline == world.now + .milliseconds(2_200))
        world.talks.joined(TalkWorld.channel, by: [3], at: world.now)
        #expect(world.talks.deadline == world.now + .milliseconds(2_200))
        world.begin(7, [3])
        world.end(7, frames: 100)
        world.awaitReports()
        #expect(world.now == TalkWorld.start + .milliseconds(4_300))
        // What was measured counts no more of a peer that restarted, left or is another.
        world.talks.cameUp(2, isNewBoot: true)
        world.talks.removed(1)
        world.replace(3)
        world.begin(to: [1, 2, 3])
        world.end(frames: 100)
        #expect(world.talks.deadline == world.now + .milliseconds(1_300))
    }

    @Test mutating func whoeverReportsNothingIsDownCutOffOrSilent() {
        world.around.cutOff = [2]
        world.begin(to: [1, 2, 4])
        #expect(
            world.outcomes(of: 100) == [
                [heard(1, 0, .noAnswer), heard(2, 0, .noNetwork), heard(4, 0, .down)]
            ])
    }

    @Test mutating func theListenersReasonIsTold() {
        world.begin()
        world.reportShare(from: 1, share: 0, .speakerMuted)
        world.reportShare(from: 2, share: 128, .volume)
        #expect(
            world.outcomes(of: 100) == [
                [heard(1, 0, .told(.speakerMuted)), heard(2, 50, .told(.volume))]
            ])
    }

    @Test mutating func anOlderListenerDoesNotKnowWhatWasHeard() {
        world.begin(to: [1])
        world.report(from: 1, nil)
        #expect(world.hearsNow(1) == .unheard(.unknown))
        #expect(world.outcomes(of: 100) == [[heard(1, 100, .unknown)]])
    }

    @Test(arguments: [true, false])
    func theNetworkIsNotBlamedForAListenerThatWasOff(isNewBoot: Bool) {
        var world = TalkWorld()
        world.begin(to: [1])
        world.wait(1_000)
        world.talks.cameUp(1, isNewBoot: isNewBoot)
        world.reportShare(from: 1, frames: 4, share: 255)
        #expect(world.outcomes(of: 100) == [[heard(1, 4, isNewBoot ? .noAnswer : .network)]])
    }

    @Test mutating func aListenerThatDiesInMidTalkHasHeardAPart() {
        world.begin()
        world.reportShare(after: 1_000, from: 1)
        world.reportShare(from: 2)
        world.wait(1_000)
        world.around.up = world.around.up.subtracting([2])
        world.around.down.insert(2)
        world.judgeAnew()
        world.reportShare(after: 2_000, from: 1, frames: 300, highest: 1_399)
        #expect(world.hearsNow(2) == nil)
        #expect(world.outcomes(of: 400) == [[heard(1, 100), heard(2, 25, .down)]])
    }

    @Test mutating func aListenerWhoseLastReportsWereLostHasAnsweredToAPart() {
        world.beginHeard()
        world.wait(3_000)
        #expect(world.outcomes(of: 400) == [[heard(1, 25, .noAnswer)]])
    }

    @Test mutating func anAnnouncementIsJudgedWithoutTheMicrophone() {
        world.around.silence = .microphoneMuted
        let target = Int(TalkTarget.announcement)
        world.begin(target, [1], first: nil)
        world.expect()
        world.reportShare(after: 1_000, from: 1, on: target)
        world.end(target, frames: 100)
        world.awaitReports()
        world.expect(.notice(.heard(target: "target \(target)", .seconds(1), [heard(1, 100)])))
    }

    @Test mutating func ofACallAndOfNothingSaidNothingIsTold() {
        let call = Int(TalkTarget.call)
        world.begin(call, [1])
        world.end(call, frames: 100)
        let empty = world.begin()
        let caller = ProgramTicket(place: 1, number: 10)
        world.awaitPage(empty, for: caller)
        world.end(frames: 0)
        world.awaitReports()
        // Except to a caller that waits for it.
        let nothing = [heard(1, 0, .noAnswer), heard(2, 0, .noAnswer)]
        world.expect(.answer(caller, .pageOver(to: "house", nothing)))
        #expect(world.talks.lastWords(to: 1) == nil)
    }

    @Test mutating func aJoinerHasHeardWhatCameAfter() {
        let page = Int(TalkTarget.page)
        world.begin(page, [1])
        world.wait(1_000)
        world.talks.joined(page, by: [3], at: world.now)
        // Another target has no such listener.
        world.talks.joined(TalkWorld.channel, by: [2], at: world.now)
        world.reportShare(from: 1, on: page)
        world.reportShare(after: 1_000, from: 1, on: page, highest: 1_199)
        world.reportShare(from: 3, on: page, highest: 1_199)
        world.end(page, frames: 200)
        world.talks.joined(page, by: [0], at: world.now)
        #expect(world.outcomes() == [[heard(1, 100), heard(3, 50, .network)]])
    }

    @Test mutating func whatEndsWithoutHavingBegunIsNothing() {
        world.end(frames: 100)
        #expect(world.talks.deadline == nil)
    }

    @Test mutating func theOldestOfTooManyIsGivenUp() {
        for target in 0...OwnTalks.spurtsMax { world.begin(32 + target, [1]) }
        #expect(world.talks.spurts.count == OwnTalks.spurtsMax)
        #expect(world.talks.lastSpurt(to: 32) == nil)
        #expect(world.talks.lastSpurt(to: 33) == 2)
        #expect(world.talks.lastSpurt(to: 32 + OwnTalks.spurtsMax) == OwnTalks.spurtsMax + 1)
    }
}
