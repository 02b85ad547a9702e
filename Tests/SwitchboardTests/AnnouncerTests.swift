import Testing
import Time
import Wire

@testable import Station

@Suite struct AnnouncerTests {
    private let caller = ProgramTicket(place: 1, number: 10)
    private let announcement = Int(TalkTarget.announcement)
    private let house = TalkTarget(stream: 1, reference: 77, listeners: [1, 2])
    private var switchboard = Switchboard.bare()

    private mutating func announce() {
        switchboard.announce(to: house, named: "house", .high, for: caller)
    }

    @Test mutating func nothingBeginsBeforeThereIsSound() {
        announce()
        #expect(switchboard.announcer.awaitsSound)
        switchboard.expect(
            .sound(.aim(target: announcement, [1, 2])), .want(peer: 1), .want(peer: 2))
        switchboard.speakAnnouncement(at: start)
        #expect(switchboard.announcer.isSpeaking)
        let orders = switchboard.decided
        #expect(orders.first == .notice(.announcementBegan(to: "house", .high)))
        #expect(orders.last == .announce)
        // Sound that comes later begins nothing anew.
        switchboard.speakAnnouncement(at: start + .seconds(1))
        #expect(switchboard.decided.isEmpty)
    }

    @Test mutating func itsCallerIsToldWhatWasHeardWhenTheLastReportsAreIn() {
        announce()
        switchboard.speakAnnouncement(at: start)
        _ = switchboard.decided
        switchboard.handle(.said(target: announcement, frames: 100), at: start + .seconds(1))
        switchboard.announcementEnded()
        switchboard.expect(.notice(.announcementEnded(to: "house")))
        #expect(switchboard.announcer.job != nil)
        switchboard.tick(at: start + .seconds(4))
        let answers = switchboard.decided.filter {
            if case .answer = $0 { true } else { false }
        }
        #expect(answers == [.answer(caller, .announced(to: "house", []))])
        #expect(switchboard.announcer.job == nil)
    }

    @Test mutating func oneThatIsStoppedBeforeItsSoundAnswersAtOnce() {
        announce()
        _ = switchboard.decided
        switchboard.stopAnnouncement()
        switchboard.expect(.answer(caller, .announced(to: "house", [])))
        #expect(switchboard.announcer.job == nil)
    }

    @Test mutating func oneWhoseCallerGoesEndsAtOnce() {
        announce()
        switchboard.speakAnnouncement(at: start)
        _ = switchboard.decided
        switchboard.forget { _ in false }
        #expect(switchboard.decided.isEmpty)
        switchboard.forget { $0 == caller }
        switchboard.expect(.endAnnouncement)
        switchboard.announcementEnded()
        #expect(switchboard.announcer.job != nil)
        // It is over, and nobody waits for what was heard of it: the next may begin.
        switchboard.forget { $0 == caller }
        #expect(switchboard.announcer.job == nil)
    }
}
