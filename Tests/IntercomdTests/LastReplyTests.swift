import Report
import Testing

@testable import Intercomd

/// When a caller that waits has its last reply.
@Suite struct LastReplyTests {
    @Test func aRefusalAndAMeasuredWayEndTheWait() {
        #expect(Reply.refused(ControlError(.failed, "no")).isLast)
        #expect(!Reply.done(.init("paging a")).isLast && !Reply.ptt(.init()).isLast)
        #expect(!Reply.announce(.init()).isLast)
        #expect(!Reply.pairing(.init(.code, "")).isLast && Reply.pairing(.init(.paired, "")).isLast)
    }
}
