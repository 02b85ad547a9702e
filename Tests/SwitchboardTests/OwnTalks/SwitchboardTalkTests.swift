import Audio
import Testing
import Time
import Wire

@testable import Station

/// The way of a talkspurt through the switchboard's door.
@Suite struct SwitchboardTalkTests {
    /// Of a station with two peers that are up; target 3 is a channel with these of them.
    private func switchboard(_ listeners: PeerSet = [0]) -> Switchboard {
        var switchboard = Switchboard.bare()
        let house = TalkTarget(stream: 3, reference: 77, listeners: listeners)
        switchboard.configure(peers: [0, 1], targets: [house], channels: [], at: start)
        for peer in [0, 1] { switchboard.up(peer: peer, isNewBoot: true, at: start) }
        _ = switchboard.decided
        return switchboard
    }

    @Test func aTalkspurtIsFollowedFromItsBeginningToItsLastReports() {
        var switchboard = switchboard()
        switchboard.aim(30, at: [0], name: .named("house"))
        switchboard.handle(
            .talking(target: 30, name: "house", first: 10, isDoubted: false), at: start)
        switchboard.aim(30, at: [0, 1], name: .named("house"))
        let second = start + .seconds(1)
        switchboard.answered(by: 0, after: .milliseconds(100), at: second)
        let report = Report(
            stream: 30, highest: 109, loss: 0, burst: 0, jitter: 0, delay: 20, concealed: 0,
            received: 100)
        let all = Heard(stream: 30, share: 255, why: .heard)
        switchboard.receive(.report(report), beside: all, from: 0, at: second)
        let none = Heard(stream: 30, share: 0, why: .doNotDisturb)
        switchboard.receive(.heard(none), from: 1, at: second)
        _ = switchboard.decided
        switchboard.handle(.said(target: 30, frames: 100), at: second)
        let due = second + .milliseconds(1_400)
        #expect(switchboard.ownTalks.deadline == due)
        switchboard.tick(at: due)
        let found = [heard(0, 100), heard(1, 0, .told(.doNotDisturb))]
        switchboard.expect(.notice(.heard(target: "house", .seconds(1), found)))
        #expect(switchboard.ownTalks.deadline == nil)
    }

    @Test func theFirstOfAllDeadlinesIsTheSwitchboards() {
        var switchboard = Switchboard.bare()
        switchboard.signalled(by: 0, for: .seconds(30), at: start)
        #expect(switchboard.callLight.deadline == start + .seconds(30))
        switchboard.handle(.talking(3), at: start)
        _ = switchboard.decided
        switchboard.handle(.said(target: 3, frames: 0), at: start)
        #expect(switchboard.deadline == start + .milliseconds(1_300))
    }

    @Test func whatIsAroundTheTalkIsWhatItIsJudgedBy() {
        var switchboard = switchboard()
        let trouble = "no cable"
        switchboard.handle(.network(trouble, loopback: [1]), at: start)
        switchboard.expect(.notice(.networkFault(trouble)), .sound(.doubt(peer: 0, true)))
        switchboard.handle(.network(nil, loopback: [1]), at: start)
        switchboard.expect(.notice(.networkReady), .retryAll, .sound(.doubt(peer: 0, false)))
        switchboard.handle(.talking(3, "house"), at: start)
        _ = switchboard.decided
        for peer in [0, 1] { switchboard.resolved(peer) }
        switchboard.secondPassed(at: start + .seconds(4))
        let nobody = [HeardAt(peer: 0, percent: nil, .noAnswer)]
        switchboard.expect(
            .want(peer: 0), .sound(.doubt(peer: 0, true)),
            .notice(.noListener(target: "house", nobody)))
        switchboard.remove(peer: 0, firstMid: 1, at: start)
        switchboard.replace(peer: 0, firstMid: 1, at: start)
        #expect(switchboard.decided.contains(.sound(.doubt(peer: 0, false))))
    }

    /// The orders that remain when the doubts, which go to the sound, are left out.
    private func told(_ orders: [Order]) -> [Order] {
        orders.filter {
            if case .notice = $0 { true } else { false }
        }
    }

    private func nobodyHears(_ heard: (Int, Obstacle)...) -> Order {
        .notice(.noListener(target: "house", heard.map { HeardAt(peer: $0.0, percent: nil, $0.1) }))
    }

    @Test func aTalkerLearnsAtOnceThatTheLastListenerHasGone() {
        var switchboard = switchboard([0, 1])
        switchboard.handle(.talking(3, "house"), at: start)
        _ = switchboard.decided
        switchboard.down(peer: 1, at: start)
        #expect(told(switchboard.decided) == [.notice(.peerDown(1))])
        let later = start + .seconds(21)
        switchboard.checkPresence(of: 0, heardAt: start, at: later)
        #expect(
            told(switchboard.decided)
                == [.notice(.peerStale(0)), nobodyHears((0, .down), (1, .down))])
    }

    @Test func aTalkerLearnsAtOnceOfAMuteAndAtTheNextLookOfACard() {
        func facts(muted: Bool = false, open: Bool = true) -> MachineNews {
            let facts = MicrophoneWatch.Facts(
                isMuted: muted, isWanted: true, isOpen: open, isCardMuted: false)
            return .microphone(facts, soundAt: start)
        }
        var switchboard = switchboard()
        switchboard.hasPermitTone = true
        switchboard.handle(facts(), at: start)
        switchboard.handle(.talking(3, "house"), at: start)
        _ = switchboard.decided
        switchboard.handle(facts(muted: true), at: start)
        #expect(told(switchboard.decided) == [nobodyHears((0, .microphoneMuted))])
        switchboard.handle(facts(), at: start)
        switchboard.expect(.sound(.chime(.permit)))
        switchboard.handle(facts(open: false), at: start)
        #expect(switchboard.decided.isEmpty)
        switchboard.checkMicrophone(at: start)
        #expect(told(switchboard.decided) == [nobodyHears((0, .microphoneLost))])
        switchboard.checkMicrophone(at: start)
        #expect(switchboard.decided.isEmpty)
    }

    /// The network may go in the very turn in which the last reports are due.
    @Test func whatWasHeardIsJudgedByAllNewsThatCameBeforeTheTick() {
        var switchboard = switchboard()
        switchboard.handle(.talking(3, "house"), at: start)
        _ = switchboard.decided
        switchboard.down(peer: 0, at: start)
        switchboard.handle(.said(target: 3, frames: 100), at: start)
        _ = switchboard.decided
        let due = start + .milliseconds(1_300)
        let trouble = "no cable"
        switchboard.handle(.network(trouble, loopback: []), at: due)
        switchboard.tick(at: due)
        let found = [heard(0, 0, .noNetwork)]
        #expect(
            told(switchboard.decided) == [
                .notice(.networkFault(trouble)),
                .notice(.heard(target: "house", .seconds(1), found)),
            ])
    }
}
