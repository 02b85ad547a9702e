import Testing

@testable import Report

@Suite struct EventTests {
    @Test func isThisLine() {
        var event = Event(.talkEnd, at: 1_700_000_000_123)
        event.peer = "garage"
        event.seconds = 2.5
        let line = String(decoding: event.encoded, as: UTF8.self)
        #expect(
            line
                == #"{"schema":1,"event":"talk_end","time_ms":1700000000123,"peer":"garage","#
                + #""target":null,"button":null,"lamp":null,"call":null,"seconds":2.5,"#
                + #""level_dbfs":null,"detail":null,"outcome":null,"status":null,"cause":null,"#
                + #""request":null,"by":null,"uid":null,"heard":[]}"# + "\n"
        )
        #expect(Event(parsing: Array(line.utf8.dropLast()).span) == event)
    }

    @Test(arguments: Event.Kind.allCases) func everyKindIsReadBack(kind: Event.Kind) {
        let line = Array(Event(kind, at: 1).encoded.dropLast())
        #expect(Event(parsing: line.span)?.kind == kind)
    }

    @Test(arguments: [PeerAnswer.done, .denied, .noAnswer])
    func theResultOfARequestIsInFields(answer: PeerAnswer) {
        let event = Event(answer, to: "relay door", request: 7, of: "garage", at: 1)
        #expect(Event(parsing: Array(event.encoded.dropLast()).span) == event)
        #expect(event.request == 7)
        #expect(event.status == (answer == .done ? .done : .failed))
        #expect(event.cause == (answer == .done ? nil : answer.rawValue))
        #expect(event.outcome == answer.rawValue)
        #expect(event.detail == "relay door: \(answer.words)")
    }

    @Test func aStationThatTheSiteRemovedIsNoStrangerToBeAdded() {
        var event = Event(.unknownKey, at: 1)
        (event.target, event.detail) = ("192.0.2.7:5577", "intercom1:abc")
        #expect(event.sentence.hasSuffix("to add it: intercomctl peers"))
        event.peer = "mill"
        #expect(
            event.sentence == "the former mill, no peer any more, still calls, from 192.0.2.7:5577;"
                + " \(CallerStatus.formerFix)"
        )
    }

    @Test func aLampStandsInButtonTooForOlderPrograms() {
        var event = Event(.lampFault, at: 1)
        event.lamp = "red"
        let line = Array(event.encoded.dropLast())
        #expect(String(decoding: line, as: UTF8.self).contains(#""button":"red","lamp":"red""#))
        #expect(Event(parsing: line.span) == event)
        #expect(event.sentence == "lamp red: ")
    }

    @Test func aStatusOfANewerDaemonIsNotDone() {
        var event = Event(.result, at: 1)
        event.status = .done
        let line = String(decoding: event.encoded.dropLast(), as: UTF8.self)
        let newer = line.replacing(#""status":"done""#, with: #""status":"half""#)
        #expect(Event(parsing: Array(newer.utf8).span)?.status == .failed)
    }

    @Test func anUnknownKindIsNoEvent() {
        let line = #"{"event":"party","time_ms":1}"#
        #expect(Event(parsing: Array(line.utf8).span) == nil)
    }
}
