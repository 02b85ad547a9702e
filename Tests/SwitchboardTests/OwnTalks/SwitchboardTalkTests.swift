import Station
import Testing
import Time
import Wire

@testable import Switchboard

/// The way of a talkspurt through the switchboard's door.
@Suite struct SwitchboardTalkTests {
    private let start = Instant(nanoseconds: 7_000_000_000)

    private func switchboard() -> Switchboard {
        var switchboard = Switchboard(
            peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: start)
        var around = Surroundings()
        around.peers = [0, 1]
        around.up = [0, 1]
        switchboard.know(around)
        return switchboard
    }

    @Test func aTalkspurtIsFollowedFromItsBeginningToItsLastReports() {
        var switchboard = switchboard()
        switchboard.follow(.up(isNewBoot: true), of: 0, at: start)
        let spurt = switchboard.talkspurtBegan(
            TalkspurtStart(to: 30, called: "house", listeners: [0], first: 10), at: start)
        switchboard.listenersJoined(30, by: [1], at: start)
        let second = start + .seconds(1)
        let report = Report(
            stream: 30, highest: 109, loss: 0, burst: 0, jitter: 0, delay: 20, concealed: 0,
            received: 100)
        let all = Heard(stream: 30, share: 255, why: .heard)
        switchboard.reported(report, all, by: 0, at: second)
        switchboard.toldHeard(Heard(stream: 30, share: 0, why: .doNotDisturb), by: 1, at: second)
        _ = switchboard.decided
        switchboard.answered(by: 0, after: .milliseconds(100), at: second)
        switchboard.talkspurtEnded(30, frames: 100, at: second)
        let due = second + .milliseconds(1_400)
        #expect(switchboard.ownTalks.deadline == due)
        switchboard.tellOutcomes(at: due)
        let found = [heard(0, 100), heard(1, 0, .told(.doNotDisturb))]
        #expect(
            switchboard.decided == [
                .reportsAreIn(spurt: spurt, target: 30, found),
                .notice(.heard(target: "house", .seconds(1), found)),
            ])
        #expect(switchboard.ownTalks.deadline == nil)
    }

    @Test func theFirstOfAllDeadlinesIsTheSwitchboards() {
        var switchboard = switchboard()
        switchboard.signalled(by: 0, for: .seconds(30), at: start)
        #expect(switchboard.callLight.deadline == start + .seconds(30))
        _ = switchboard.talkspurtBegan(
            TalkspurtStart(to: 3, called: nil, listeners: [0]), at: start)
        switchboard.talkspurtEnded(3, frames: 0, at: start)
        #expect(switchboard.deadline == start + .milliseconds(1_300))
    }

    @Test func whatIsAroundTheTalkIsWhatItIsJudgedBy() {
        var switchboard = switchboard()
        var around = Surroundings()
        around.peers = [0]
        around.up = [0]
        around.cutOff = [0]
        switchboard.know(around)
        switchboard.judgeAnew(at: start)
        #expect(switchboard.decided == [.doubt(peer: 0, true)])
        around.cutOff = []
        switchboard.know(around)
        _ = switchboard.talkspurtBegan(
            TalkspurtStart(to: 3, called: "house", listeners: [0]), at: start)
        switchboard.followSilentListeners(at: start + .seconds(4))
        let nobody = [HeardAt(peer: 0, percent: nil, .noAnswer)]
        #expect(
            switchboard.decided == [.notice(.noListener(target: "house", nobody))])
        switchboard.follow(.left(firstMid: 1), of: 0, at: start)
        switchboard.follow(.replaced(firstMid: 1), of: 0, at: start)
        #expect(switchboard.decided.contains(.doubt(peer: 0, false)))
    }
}
