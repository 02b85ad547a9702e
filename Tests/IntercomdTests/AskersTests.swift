import Report
import Testing
import Wire

@testable import Intercomd

/// Events and records say who asked for what they tell of.
@Suite struct AskersTests {
    private let anna = Asker(name: "intercomctl", user: 1000)
    private let bert = Asker(name: "intercomctl", user: 1001)
    private var askers = Askers()

    private mutating func told(
        _ kind: Event.Kind, call: String? = nil, request: Int? = nil
    ) -> Asker? {
        var event = Event(kind, at: 1)
        (event.call, event.request) = (call, request)
        askers.complete(&event)
        return event.asker.map { Asker(name: $0, user: event.user) }
    }

    @Test mutating func aRelayIsOfWhoAsksNowAndOfNobodyAfterwards() {
        askers.begin(anna, .relay("door", peer: nil))
        #expect(told(.relay) == anna)
        #expect(told(.talk) == nil)
        askers.end(.done(.init("on")))
        #expect(told(.relay) == nil)
    }

    @Test mutating func whatAPeerAskedForStaysThePeers() {
        askers.begin(anna, .status)
        var event = Event(.relay, at: 1)
        event.asker = "peer garage"
        askers.complete(&event)
        #expect(event.asker == "peer garage" && event.user == nil)
    }

    @Test mutating func aCallIsOfWhoCalledUntilItIsOver() {
        var record = HistoryRecord()
        (record.call, record.direction) = ("1", .outgoing)
        askers.begin(anna, .call("a", .call, .normal))
        askers.complete(&record)
        #expect(record.user == 1000 && record.asker == "intercomctl")
        var done = Reply.Done("calling a")
        done.call = "1"
        askers.end(.done(done))
        #expect(told(.calling, call: "1") == anna)
        #expect(told(.calling, call: "2") == nil)
        // Another person hangs up: that is told of the end, and of the call who began it.
        askers.begin(bert, .hangUp)
        var end = record
        (end.phase, end.user, end.asker) = (.end, nil, nil)
        askers.complete(&end)
        #expect(end.user == 1000)
        #expect(told(.callEnded, call: "1") == bert)
        askers.end(nil)
        #expect(told(.callEnded, call: "1") == nil)
    }

    @Test mutating func aCallThatCameInIsNobodysHere() {
        var record = HistoryRecord()
        (record.call, record.direction) = ("1", .incoming)
        askers.begin(anna, .answer)
        askers.complete(&record)
        #expect(record.user == nil)
        #expect(told(.answered, call: "1") == anna)
    }

    @Test mutating func theAnswerOfAPeerIsTheAskersOnce() {
        var done = Reply.Done("asked a")
        done.request = 7
        askers.begin(anna, .relay("door", peer: "a"))
        askers.end(.done(done))
        #expect(told(.result, request: 8) == nil)
        #expect(told(.result, request: 7) == anna)
        #expect(told(.result, request: 7) == nil)
    }

    @Test mutating func aReloadAndAnAnnouncementAreToldLater() {
        askers.begin(anna, .reload)
        askers.end(nil)
        askers.begin(bert, .announce(target: "a", priority: .normal, samples: 1))
        askers.end(.announce(.init()))
        #expect(told(.announce) == bert)
        #expect(told(.announceEnd) == bert)
        #expect(told(.announceEnd) == nil)
        #expect(told(.reload) == anna)
        #expect(told(.reload) == nil)
    }

    @Test mutating func theOldestIsForgotten() {
        for number in 0...Askers.most {
            var done = Reply.Done("asked a")
            (done.request, done.call) = (number, "\(number)")
            askers.begin(anna, .relay("door", peer: "a"))
            askers.end(.done(done))
        }
        #expect(told(.result, request: 0) == nil && told(.calling, call: "0") == nil)
        #expect(told(.result, request: 1) == anna && told(.calling, call: "1") == anna)
    }
}
