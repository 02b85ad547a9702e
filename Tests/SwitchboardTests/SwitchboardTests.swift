import Audio
import Testing
import Time
import Wire

@testable import Switchboard

/// What goes in at the door comes to its owner, and what the owner wants done comes out.
@Suite struct SwitchboardTests {
    private let start = Instant(nanoseconds: 5_000_000_000)
    private let frames = LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50)
    private var switchboard = Switchboard(
        peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50),
        at: Instant(nanoseconds: 5_000_000_000))

    @Test mutating func aCallLightIsLitUntilItsDeadlineOrAButton() {
        switchboard.signalled(by: 1, for: .seconds(30), at: start)
        #expect(switchboard.orders == [.notice(.signal(peer: 1, .seconds(30)))])
        #expect(switchboard.deadline == start + .seconds(30))
        switchboard.tick(at: start + .seconds(30))
        #expect(!switchboard.callLight.isLit && switchboard.deadline == nil)
        switchboard.signalled(by: 1, for: .seconds(30), at: start + .seconds(31))
        switchboard.buttonPressed()
        #expect(!switchboard.callLight.isLit)
    }

    @Test mutating func theFirstDeadlineOfAllCounts() {
        switchboard.signalled(by: 1, for: .seconds(1), at: start)
        let listener = Doubts.Listener(
            peer: 2, since: start, opened: start, sessionSince: nil, reported: nil)
        switchboard.follow([listener], at: start)
        #expect(switchboard.deadline == start + .seconds(1))
        switchboard.buttonPressed()
        #expect(switchboard.deadline == start + .milliseconds(2500))
    }

    @Test mutating func whatCameOfARequestIsTold() {
        switchboard.asked(2, mid: 7, for: "relay door")
        switchboard.resulted(7, of: 2, .done)
        #expect(switchboard.orders == [.notice(.result(peer: 2, what: "relay door", .done))])
    }

    @Test mutating func aReplyGoesToThePeerThatWasHeardLast() {
        switchboard.heard(3)
        #expect(switchboard.replyKey.peer(isDown: true) == 3)
        let former = switchboard.followReply(isDown: true)
        switchboard.heard(1)
        let replaced = switchboard.followReply(isDown: true)
        #expect(former == nil && replaced == 3)
    }

    @Test mutating func lossThatIsReportedProtectsThatPeerAlone() {
        let lossy = Report(
            stream: 0, highest: 0, loss: 26, burst: 9, jitter: 10, delay: 20, concealed: 0,
            received: 90)
        switchboard.measured(.milliseconds(4), to: 1, at: start)
        switchboard.reported(lossy, by: 1, at: start + .seconds(1))
        #expect(switchboard.orders.isEmpty)
        switchboard.measured(.milliseconds(4), to: 1, at: start + .milliseconds(1004))
        let choice = switchboard.protection.redundancy(of: 1).choice
        #expect(choice.depth == 2)
        #expect(switchboard.orders == [.protect(peer: 1, choice)])
        #expect(switchboard.protection.redundancy(of: 2).choice.depth == 0)
        // The peer of this number is another one now.
        switchboard.replace(peer: 1)
        #expect(switchboard.protection.redundancy(of: 1).choice.depth == 0)
    }

    @Test mutating func onAWirelessMachineEachPeerIsProtectedFromTheStart() {
        switchboard.beginProtection(frames, isWireless: true)
        #expect(switchboard.orders.count == 4)
        #expect((0..<4).allSatisfy { switchboard.protection.redundancy(of: $0).choice.depth == 1 })
        // Other frames are sent by the same machine.
        switchboard.beginProtection(frames, isWireless: nil)
        #expect((0..<4).allSatisfy { switchboard.protection.redundancy(of: $0).choice.depth == 1 })
    }
}
