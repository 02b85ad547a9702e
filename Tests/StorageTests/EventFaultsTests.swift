import Report
import Testing

@testable import Files

/// What people are told of files that cannot be read or written.
@Suite struct EventFaultsTests {
    @Test(arguments: [
        (StateKeeper.Notice.damaged("state: it is bad"), "state: it is bad"),
        (.failed("disk full"), "state: disk full; kept in memory, and tried again"),
        (.writtenAgain, "state: written again"),
    ])
    func faultsOfTheStateAreTold(notice: StateKeeper.Notice, detail: String) {
        let event = Event(notice, at: 7)
        #expect(event.kind == .stateFault && event.timeMilliseconds == 7)
        #expect(event.detail == detail)
    }

    @Test func faultsOfTheHistoryAreToldInItsWords() {
        let notice = History.Notice.setAside(lines: 2)
        let event = Event(notice, at: 7)
        #expect(event.kind == .historyFault && event.timeMilliseconds == 7)
        #expect(event.detail == notice.sentence)
    }
}
