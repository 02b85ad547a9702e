import Testing

@testable import Control

@Suite struct EventTests {
    @Test func isThisLine() {
        var event = Event(.talkEnd, at: 1_700_000_000_123)
        event.peer = "garage"
        event.seconds = 2.5
        let line = String(decoding: event.encoded, as: UTF8.self)
        #expect(
            line
                == #"{"event":"talk_end","time_ms":1700000000123,"peer":"garage","target":null,"#
                + #""button":null,"call":null,"seconds":2.5,"level_dbfs":null,"detail":null,"#
                + #""outcome":null,"heard":[],"schema":1}"# + "\n"
        )
        #expect(Event(parsing: Array(line.utf8.dropLast()).span) == event)
    }

    @Test func everyKindIsReadBack() {
        for kind in Event.Kind.allCases {
            let line = Array(Event(kind, at: 1).encoded.dropLast())
            #expect(Event(parsing: line.span)?.kind == kind)
        }
    }

    @Test func anUnknownKindIsNoEvent() {
        let line = #"{"event":"party","time_ms":1}"#
        #expect(Event(parsing: Array(line.utf8).span) == nil)
    }
}
