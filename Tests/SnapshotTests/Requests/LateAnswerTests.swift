import Config
import Peering
import Report
import Station
import Testing
import Wire

@testable import Intercomd

/// What callers are told that waited, and who asked for a reload.
@Suite struct LateAnswerTests {
    /// The reply; `decide` tells the switchboard what has happened before.
    private func reply(
        _ answer: LateAnswer, _ decide: (inout Switchboard) -> Void = { _ in }
    ) throws -> Reply {
        let station = try Kitchen.snapshot(Kitchen.text) {
            $0.down(peer: Kitchen.office, at: Kitchen.now)
            decide(&$0)
        }
        station.peers[Kitchen.office].downReason = .psk
        let names = Names(station.config, station.directory, station.routing)
        return Reply(answer, names, station.switchboard) { station }
    }

    @Test func theEndOfAPageSaysWhoHeardIt() throws {
        let heard = HeardAt(peer: Kitchen.garage, percent: 100, nil)
        let deaf = HeardAt(peer: Kitchen.office, percent: nil, .down)
        guard case .done(let some) = try reply(.pageOver(to: "house", [heard, deaf])),
            case .done(let none) = try reply(.pageOver(to: "house", [deaf]))
        else {
            Issue.record("a page that is over is done")
            return
        }
        #expect(some.text == "page to house ended" && some.outcome == "heard")
        #expect(some.heard.map(\.peer) == ["garage", "office"])
        #expect(none.outcome == "unheard" && none.heard.map(\.reason) == [.down])
        #expect(none.heard.sentence == "office (calls with another psk than the one known here)")
    }

    @Test func aPageThatAnotherReplacedIsNoFailure() throws {
        guard case .done(let done) = try reply(.pageReplaced(to: "house", by: "garage")) else {
            Issue.record("a page that is over is done")
            return
        }
        #expect(done.text == "the page to house is over: one to garage took its place")
        #expect(done.outcome == "replaced" && done.heard.isEmpty)
    }

    @Test func anAnnouncementNamesThoseThatCanHearIt() throws {
        let heard = HeardAt(peer: Kitchen.garage, percent: 100, nil)
        let reply = try reply(.announced(to: "house", [heard])) { board in
            guard let house = board.targets.first else { return }
            let caller = ProgramTicket(place: 0, number: 1)
            board.announce(to: house, named: "house", .normal, for: caller)
            board.speakAnnouncement(at: Kitchen.now)
            board.down(peer: Kitchen.office, at: Kitchen.now)
            // The announcement does not come from the microphone.
            let muted = MicrophoneWatch.Facts(
                isMuted: true, isWanted: true, isOpen: true, isCardMuted: false)
            board.handle(.microphone(muted, soundAt: Kitchen.now), at: Kitchen.now)
        }
        guard case .announce(let announced) = reply else {
            Issue.record("an announcement that is over is told as one")
            return
        }
        #expect(announced.target == "house" && announced.isOver)
        #expect(announced.listeners == ["garage"])
        #expect(announced.heard.map(\.peer) == ["garage"])
    }
}
