import Report
import Testing

@testable import Files

@Suite struct EventEnvironmentTests {
    @Test func theProgramIsToldWhoAsked() {
        var event = Event(.relay, at: 1_000)
        let byNobody = EventHook.environment(of: event)
        #expect(!byNobody.contains { $0.hasPrefix("INTERCOM_BY") || $0.hasPrefix("INTERCOM_UID") })

        event.asker = "peer garage\u{1B}"
        event.user = 1_000
        let told = EventHook.environment(of: event)
        #expect(told.contains("INTERCOM_BY=peer garage?"))
        #expect(told.contains("INTERCOM_UID=1000"))
    }
}
