import Crypto
import Files
import Peering
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Media
@testable import Station

@Suite struct SpokenMessageTests {
    private let start = Instant(nanoseconds: 0)

    private func spoken(
        _ source: SpokenMessage.Source = .microphone, by owner: SpokenMessage.Owner = .button(2)
    ) -> SpokenMessage {
        SpokenMessage(
            to: ["a"], called: "a", by: owner, user: nil, source, eventsLost: 0, wall: .max,
            at: start)
    }

    @Test func itIsOverInTimeWhateverComes() {
        var message = spoken()
        #expect(message.start == 0, "a clock that cannot be written")
        #expect(message.limit == start + .seconds(3), "no microphone has opened")
        message.opened(at: start + .seconds(1))
        #expect(message.limit == start + .seconds(304))
        message.end(because: nil, at: start + .seconds(5))
        message.end(because: "unplugged", at: start + .seconds(6))
        message.end(because: "late", at: start + .seconds(7))
        message.opened(at: start + .seconds(7))
        #expect(message.limit == start + .seconds(8))
        #expect(message.problem == "unplugged", "the first reason is told")
        var program = spoken(.program(left: 9))
        #expect(program.limit == start + .seconds(2))
        program.take([1].span, at: start + .seconds(14))
        #expect(program.limit == start + .seconds(15))
    }

    @Test func aPressSendsWhatWasHeardBackAndAHoldDropsIt() {
        var heard = HeardBack(spoken())
        #expect(heard.place == 2 && !heard.isDropped)
        #expect(heard.deadline == nil, "it is played")
        heard.ended(at: start)
        #expect(heard.state == .goes(at: start + .seconds(5)))
        heard.letGo(at: start + .seconds(1))
        #expect(heard.deadline == start + .seconds(5), "that finger was there before")
        heard.pressed(isHeld: false, at: start + .seconds(2))
        heard.ended(at: start + .seconds(2))
        #expect(heard.state == .dropped(at: start + .seconds(3)))
        var held = heard
        heard.letGo(at: start + .milliseconds(2_999))
        #expect(heard.state == .goes(at: start + .milliseconds(2_999)))
        held.lost(at: start + .milliseconds(2_500))
        held.letGo(at: start + .milliseconds(2_500))
        #expect(held.state == .dropped(at: start + .milliseconds(2_500)), "who holds, drops")
        held.pressed(isHeld: true, at: start + .seconds(3))
        held.letGo(at: start + .seconds(3))
        #expect(held.state == .dropped(at: start + .seconds(3)), "what is a hold already, too")
    }

    /// The program that waits for the end is told it.
    @Test func whoeverStopsThePlaybackFirstIsNamed() throws {
        let folder = try MessageFolder()
        let files = MessageFiles(paths: folder.paths, suite: .chaChaPoly, own: nil)
        var player = MessagePlayer([], for: nil, files, at: start)
        player.stop(by: "the button ptt")
        player.stop(by: "a talk from here")
        #expect(player.tick(try Rings(), isIdle: true, at: start) == .stopped)
        #expect(player.stoppedBy == "the button ptt")
    }

    @Test func atATerminalOnlyAnAnswerSendsWhatWasHeardBack() {
        let caller = SpokenMessage.Owner.caller(ProgramTicket(place: 1, number: 2))
        var heard = HeardBack(spoken(by: caller))
        #expect(heard.place == nil && heard.caller != nil && heard.deadline == nil)
        #expect(heard.isDropped, "the daemon ends, or the program, while it is played")
        heard.ended(at: start)
        #expect(heard.isDropped && heard.deadline == start + .seconds(60))
        heard.agreed(at: start + .seconds(9))
        #expect(!heard.isDropped && heard.deadline == start + .seconds(9))
        // The end of the playback comes after the answer.
        heard.ended(at: start + .seconds(9))
        #expect(!heard.isDropped)
    }

    @Test func aProgramGivesNoMoreThanItSaid() {
        var message = spoken(.program(left: 3))
        message.take([1, 2].span, at: start + .seconds(1))
        #expect(message.source == .program(left: 1))
        #expect(message.limit == start + .seconds(3), "and goes on soon")
        let isMessage = message.measure()
        #expect(!isMessage)
    }
}
