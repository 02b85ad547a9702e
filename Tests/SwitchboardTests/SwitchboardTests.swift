import Audio
import Testing
import Time
import Wire

@testable import Station

/// What goes in at the door comes to its owner, and what the owner wants done comes out.
@Suite struct SwitchboardTests {
    private let frames = LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50)
    private var switchboard = Switchboard.bare()

    @Test mutating func adoptedSettingsEndAPageAndTalksWhoseTargetsAreGone() throws {
        let page = Int(TalkTarget.page)
        let house = TalkTarget(stream: 1, reference: 77, listeners: [1, 2])
        let attic = TalkTarget(stream: 0, reference: 0, listeners: [1])
        let (pager, talker) = (
            ProgramTicket(place: 1, number: 10), ProgramTicket(place: 2, number: 11)
        )
        let sound = (true, true)
        switchboard.configure(peers: [1, 2], targets: [house, attic], channels: [], at: start)
        let wishes: [(Wish, ProgramTicket?)] = [
            (.page(.init("house", house), .normal), pager),
            (.talk(.init("house", house), isDown: true), talker),
            (.talk(.init("attic", attic), isDown: true), nil),
        ]
        for (wish, caller) in wishes {
            _ = try switchboard.handle(wish, for: caller, with: sound, at: start)
        }
        _ = switchboard.ordered

        // What the settings still have goes on.
        switchboard.configure(peers: [1, 2], targets: [attic, house], channels: [], at: start)
        switchboard.adopted(targetsCalled: ["attic", "house"])
        #expect(switchboard.decided.isEmpty)
        #expect(switchboard.pager.name == "house")

        switchboard.configure(peers: [1, 2], targets: [attic], channels: [], at: start)
        _ = switchboard.decided
        switchboard.adopted(targetsCalled: ["attic"])
        switchboard.expect(
            .answer(pager, .pageOver(to: "house", [])), .sound(.press(target: page, isDown: false)),
            .answer(talker, .talkOver(to: "house", .targetGone)),
            .sound(.press(target: house.id, isDown: false)))
        #expect(switchboard.pager.name == nil)
        #expect(switchboard.heldTalks.targets == [attic.id])
    }

    @Test mutating func lossThatIsReportedProtectsThatPeerAlone() {
        let lossy = Report(
            stream: 0, highest: 0, loss: 26, burst: 9, jitter: 10, delay: 20, concealed: 0,
            received: 90)
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        _ = switchboard.decided
        switchboard.answered(by: 1, after: .milliseconds(4), at: start + .milliseconds(4))
        switchboard.receive(.report(lossy), from: 1, at: start + .seconds(1))
        #expect(switchboard.decided.isEmpty)
        switchboard.answered(by: 1, after: .milliseconds(4), at: start + .milliseconds(1004))
        let choice = switchboard.protection.redundancy(of: 1).choice
        #expect(choice.depth == 2)
        switchboard.expect(.sound(.protect(peer: 1, choice)))
        #expect(switchboard.protection.redundancy(of: 2).choice.depth == 0)
        // The peer of this number is another one now.
        switchboard.replace(peer: 1, firstMid: 1, at: start)
        #expect(switchboard.protection.redundancy(of: 1).choice.depth == 0)
    }

    @Test mutating func onAWirelessMachineEachPeerIsProtectedFromTheStart() {
        switchboard.configure(peers: [0, 1, 2, 3], targets: [], channels: [], at: start)
        switchboard.beginProtection(frames, isWireless: true)
        #expect(switchboard.decided.count == 4)
        #expect((0..<4).allSatisfy { switchboard.protection.redundancy(of: $0).choice.depth == 1 })
        // A peer that comes to this number later is reached by the same machine.
        switchboard.replace(peer: 2, firstMid: 1, at: start)
        #expect(switchboard.protection.redundancy(of: 2).choice.depth == 1)
        // So is one that is added.
        _ = switchboard.decided
        switchboard.replace(peer: 9, firstMid: 1, at: start)
        let choice = switchboard.protection.redundancy(of: 9).choice
        #expect(choice.depth == 1)
        #expect(switchboard.decided.contains(.sound(.protect(peer: 9, choice))))
    }
}
