import HAL
import Report
import Testing

@testable import Files

/// What people are told of files that cannot be read or written.
@Suite struct EventFaultsTests {
    @Test(arguments: [
        (Fault("file", "disk full"), "state: disk full; kept in memory, and tried again"),
        (
            Fault("file", "it is another user's", fix: "chown"),
            "state: it is another user's; kept in memory, and tried again -> chown"
        ),
    ])
    func whatWaitsIsToldWithItsFault(fault: Fault, sentence: String) {
        #expect(fault.sentence(ofWaiting: "state") == sentence)
    }

    @Test func textAndFixOfAFileStandApart() {
        let error = SystemError(operation: "write /x", errno: 28, advice: "make room")
        #expect(Fault(error) == Fault("file", error.finding, fix: "make room"))
        #expect(StateError(error).finding == error.finding)
        #expect(StateError(error).fix == "make room")
        #expect("\(StateError(error))" == "\(error)")
        let late = lateness(ofDiskWith: "/x")
        #expect(late.text == "write /x: the disk has not answered for 5 s" && late.fix != nil)
    }
}
