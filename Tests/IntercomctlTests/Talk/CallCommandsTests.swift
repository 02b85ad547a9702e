import Report
import Testing

/// What the daemon tells a watching program, and what it says of the call when asked.
private struct Story {
    var events: [Event] = []
    var status = Status()
    var done = Reply.Done("calling garage")

    init() { done.call = "1" }

    mutating func add(
        _ kind: Event.Kind, call: String, cause: HistoryRecord.Cause? = nil, peer: String? = nil
    ) {
        var event = Event(kind, at: 1)
        event.call = call
        event.cause = cause?.rawValue
        event.peer = peer
        // The words are for people: nothing may depend on them.
        event.detail = "in other words"
        events.append(event)
    }

    mutating func stands(_ state: CallStatus.State, call: String, _ peers: [String] = ["garage"]) {
        (status.call.state, status.call.call, status.call.peers) = (state, call, peers)
        status.audio.input.state = .open
    }

    func run(_ arguments: String...) throws -> Intercomctl.Outcome {
        let (story, folder) = (self, try StationFolder())
        try folder.answer { request in
            switch request {
            case .watchEvents: [Reply.watchEvents.encoded] + story.events.map { $0.encoded }
            case .status: [Reply.status(story.status).encoded]
            default: [Reply.done(story.done).encoded]
            }
        }
        return try folder.run(arguments)
    }
}

@Suite struct CallCommandsTests {
    @Test func aCallThatRingsIsTold() throws {
        var story = Story()
        story.add(.callEnded, call: "0", cause: .rejected)
        story.add(.calling, call: "1")
        story.stands(.calling, call: "1")
        let outcome = try story.run("call", "garage")
        let ringing = "ringing at garage; to hang up: intercomctl hangup"
        #expect(outcome.output == "calling garage\n\(ringing)\n")
        #expect(outcome.code == 0)
        let json = try story.run("call", "garage", "--json")
        #expect(json.output.contains(#""text":"\#(ringing)","call":"1""#))
        #expect(json.output.contains(#""outcome":"calling""#))
        story.status.call.unheard = [HeardBy("garage", percent: nil, reason: .volume)]
        #expect(
            try story.run("call", "garage").output.contains(
                "ringing at garage; not heard by garage (the volume is too low); to hang up: "))
    }

    @Test(arguments: [HistoryRecord.Cause.rejected, .busy, .cancelled, .hungUp])
    func aCallThatEndsIsToldByItsCause(_ cause: HistoryRecord.Cause) throws {
        var story = Story()
        story.add(.callEnded, call: "1", cause: cause)
        let outcome = try story.run("call", "garage")
        #expect(outcome.output == "calling garage\nthe call is over: \(cause.words)\n")
        #expect(outcome.code == (cause == .hungUp ? 0 : 1))
    }

    @Test(arguments: [
        ("call", HistoryRecord.Cause.doNotDisturb, "garage did not ring: it has do not disturb on"),
        ("call", .unreachable, "the call is over: garage is unreachable; see whether it has power"),
        ("call", .stopped, "the call is over: garage has ended its sessions: it was stopped, or"),
        ("call", .denied, "garage does not take calls from here (its [policy] has call = never)"),
        ("drop-in", .denied, "garage does not allow it: its [policy] needs drop-in = allow, and"),
        ("listen", .denied, "garage does not allow it: its [policy] needs monitor = allow, and"),
    ])
    func whatThePeerSettledIsSaidWithItsSetting(
        _ command: String, _ cause: HistoryRecord.Cause, _ words: String
    ) throws {
        var story = Story()
        story.add(.callEnded, call: "1", cause: cause, peer: "garage")
        let outcome = try story.run(command, "garage")
        #expect(outcome.code == 1 && outcome.output.hasPrefix("calling garage\n\(words)"))
    }

    @Test func anEmergencyThatIsNotAllowedIsToldAsThat() throws {
        var story = Story()
        story.add(.callEnded, call: "1", cause: .denied, peer: "garage")
        let outcome = try story.run("call", "garage", "--priority", "emergency")
        #expect(
            outcome.output == "calling garage\ngarage takes no emergency call from here (its"
                + " [policy] has call = never, or emergency = deny)\n")
    }

    @Test func whyAPeerIsUnreachableIsSaid() throws {
        var story = Story()
        story.add(.callEnded, call: "1", cause: .unreachable, peer: "garage")
        var garage = PeerStatus()
        (garage.name, garage.state) = ("garage", .stale)
        garage.fault = Fault(
            "silent", of: "garage", "nothing has come from it for 27 s",
            fix: "see whether it has power")
        // Another one has a fault of its own.
        var attic = PeerStatus()
        (attic.name, attic.down.reason) = ("attic", "no_network")
        attic.fault = Fault("no_network", of: "attic", "this station has no network")
        story.status.peers = [attic, garage]
        let words = "the call is over: garage is unreachable: nothing has come from it for 27 s"
        let outcome = try story.run("call", "garage")
        #expect(outcome.output == "calling garage\n\(words); see whether it has power\n")
        story.status.broker = Status.Broker()
        #expect(try story.run("call", "garage").output == outcome.output)
        story.status.broker?.isConnected = true
        let note = "; see whether it has power; a note of the call waits for it at the broker\n"
        #expect(try story.run("call", "garage").output == "calling garage\n\(words)\(note)")
        #expect(try !story.run("drop-in", "garage").output.contains("a note of the call"))
        let json = try story.run("call", "garage", "--json")
        #expect(json.output.contains(#""outcome":"unreachable""#) && json.code == 1)
    }

    @Test func ofTwoThatCallEachOtherTheOthersCallCounts() throws {
        var story = Story()
        story.add(.callEnded, call: "1", cause: .cancelled)
        story.stands(.active, call: "0")
        let outcome = try story.run("call", "garage")
        #expect(
            outcome.output.hasSuffix(
                "\nspeaking with garage, the microphone is open; end: intercomctl hangup\n"))
        #expect(outcome.code == 0)
        story.status.audio.input.state = .absent
        let silent = try story.run("call", "garage")
        #expect(
            silent.output.hasSuffix(
                "\nspeaking with garage, and there is no microphone; end: intercomctl hangup\n"))
        // It may still begin: then its own events tell.
        story.stands(.connecting, call: "0")
        story.add(.callEnded, call: "0", cause: .mediaTimeout)
        let other = try story.run("call", "garage")
        let words = HistoryRecord.Cause.mediaTimeout.words
        #expect(other.output.hasSuffix("\nthe call is over: \(words)\n"))
    }

    @Test func aResultIsFoundByItsRequest() throws {
        var story = Story()
        story.done = Reply.Done("asked garage for its relay door")
        story.done.request = 7
        story.events = [
            Event(.denied, to: "relay door", request: 6, of: "garage", at: 1),
            Event(.denied, to: "relay door", request: 7, of: "attic", at: 1),
            Event(.done, to: "relay door", request: 7, of: "garage", at: 1),
        ]
        let outcome = try story.run("relay", "door", "garage")
        #expect(outcome.output == "asked garage for its relay door\nrelay door: done\n")
        #expect(outcome.code == 0)
        story.done.request = 6
        let denied = try story.run("relay", "door", "garage", "--json")
        #expect(denied.code == 1)
        #expect(denied.output.contains(#""outcome":"denied""#))
    }

    @Test func withoutWaitingNothingIsFollowed() throws {
        let outcome = try Story().run("call", "garage", "--no-wait")
        #expect(outcome.output == "calling garage\n")
        #expect(outcome.code == 0)
    }
}
