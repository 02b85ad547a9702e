import Config
import HAL
import Peering
import Report
import Station
import Testing
import Wire

@testable import Intercomd

/// The table between what `intercomctl` or a button asks for and what the switchboard decides.
@Suite struct WishRequestTests {
    private static let text = """
        [station]
        name = kitchen
        [channel house]
        members = *
        [channel upstairs]
        members = office
        call-mode = join
        [peer garage]
        key = intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp
        [peer office]
        key = intercom1:b6vgqtwyq22ls7wbnzsd3qz7nkmb3e4qpnhipj2cfxbn6ylk64qa:aaaa

        """

    private let names: Names
    private let station: Snapshot
    private let id = CallID(high: 1, low: 2)

    init() throws {
        station = try Kitchen.snapshot(Self.text, [3, 5]) {
            $0.down(peer: 3, at: Kitchen.now)
        }
        names = Names(station.config, station.directory, station.routing)
    }

    private func wish(_ request: Request) -> Wish? { Wish(request, names, id: id) }

    private func target(_ name: String) -> Wish.Named<TalkTarget> {
        Wish.Named(name, names.routing.target(named: name))
    }

    private func answer(
        _ outcome: Wish.Outcome, _ request: Request, _ silence: Obstacle? = nil
    ) throws -> Reply {
        Reply(outcome, to: try #require(wish(request)), names, silence) { station }
    }

    private func problem(
        _ problem: Wish.Problem, _ request: Request, during call: CallStatus = CallStatus(),
        _ input: PCMError? = nil, _ output: PCMError? = nil
    ) throws -> Reply {
        Reply(problem, of: try #require(wish(request)), names, during: call, (input, output))
    }

    // MARK: Requests

    @Test func aNameIsATargetOrNothing() {
        #expect(wish(.talk(target: "house")) == .talk(target("house"), isDown: true))
        #expect(
            wish(.ptt(isDown: false, target: "office")) == .talk(target("office"), isDown: false))
        #expect(wish(.talk(target: "attic")) == .talk(Wish.Named("attic", nil), isDown: true))
        #expect(target("house").found?.listeners == [3, 5])
    }

    @Test func replyIsThePeerThatWasHeardLastForPttAlone() {
        #expect(wish(.ptt(isDown: true, target: "reply")) == .reply(isDown: true))
        #expect(wish(.ptt(isDown: false, target: "reply")) == .reply(isDown: false))
        #expect(wish(.talk(target: "reply")) == .talk(Wish.Named("reply", nil), isDown: true))
    }

    @Test func aChannelIsCalledAsItsSettingsSay() {
        var calling = Wish.Calling(id, priority: .high, ringTime: names.config.call.ringTime)
        #expect(wish(.call("garage", .call, .high)) == .call(target("garage"), calling))
        calling.channel = "house"
        #expect(wish(.call("house", .call, .high)) == .call(target("house"), calling))
        calling.channel = "upstairs"
        calling.isJoined = true
        #expect(wish(.call("upstairs", .call, .high)) == .call(target("upstairs"), calling))
    }

    @Test func eachModeOfACallHasItsOwn() {
        let modes: [(Request.CallMode, Offer.Mode)] = [
            (.call, .call), (.dropIn, .dropIn), (.listenIn, .listenIn),
        ]
        for (asked, mode) in modes {
            let calling = Wish.Calling(id, mode: mode, ringTime: names.config.call.ringTime)
            #expect(wish(.call("garage", asked, .normal)) == .call(target("garage"), calling))
        }
    }

    @Test func whatIsAskedOfAPeerGoesByNumber() {
        #expect(
            wish(.relay("door", peer: "office"))
                == .ask(
                    Wish.Named("office", 5), .relay, reference: Reference.of(relay: "door"),
                    what: "relay door"))
        #expect(
            wish(.signal(peer: "attic"))
                == .ask(Wish.Named("attic", nil), .callLight, reference: 0, what: "call light"))
    }

    @Test func whatIsNoDecisionIsNoWish() {
        let others: [Request] = [
            .status, .peers, .watchEvents, .levels,
            .announce(target: "house", priority: .normal, samples: 1), .relay("door", peer: nil),
            .key, .version, .reload, .history(HistoryQuery()), .state(.show), .show(peer: "office"),
        ]
        for other in others { #expect(wish(other) == nil, "\(other)") }
    }

    // MARK: Answers

    @Test func aTalkIsAnsweredWithItsListenersAndWhatKeepsThemFromHearing() throws {
        let heard = [HeardAt(peer: 3, percent: nil, .down), HeardAt(peer: 5, percent: nil, nil)]
        var ptt = Reply.PTT()
        ptt.target = "house"
        ptt.isTalking = true
        ptt.listeners = ["office"]
        ptt.heard = [
            HeardBy("garage", percent: nil, reason: .down),
            HeardBy("office", percent: nil, reason: nil),
        ]
        let house = try #require(target("house").found)
        #expect(try answer(.talk(target: house.id, heard), .talk(target: "house")) == .ptt(ptt))
        (ptt.isTalking, ptt.wasTalking) = (false, true)
        // A reply is answered with the name of the peer.
        let office = try #require(target("office").found)
        let reply = Request.ptt(isDown: true, target: "reply")
        guard case .ptt(let replied) = try answer(.talk(target: office.id, []), reply) else {
            Issue.record("a talk is answered as one")
            return
        }
        #expect(replied.target == "office")
        let letGo = Wish.Outcome.letGo(target: house.id, wasHeld: true, heard)
        #expect(try answer(letGo, .ptt(isDown: false, target: "house")) == .ptt(ptt))
    }

    @Test func aPageNamesThoseWhoCanHearIt() throws {
        let page = Request.page("house", isDown: true, .normal)
        let heard = [HeardAt(peer: 3, percent: nil, nil), HeardAt(peer: 5, percent: nil, nil)]
        #expect(try answer(.page(heard), page) == .done(.init("paging house: garage, office")))
        let none = [HeardAt(peer: 3, percent: nil, .down)]
        #expect(
            try answer(.page(none), page)
                == .done(.init("paging house: nobody hears it: garage (it is down)")))
        // Those that hear it come first.
        #expect(
            try answer(.page(none + [heard[1]]), page)
                == .done(.init("paging house: office; not heard by garage (it is down)")))
        // One that is not away, and refuses this station, is told so.
        station.peers[3].downReason = .notAccepted
        let refusal =
            "answers at its address, but does not accept this station: this station is not added"
            + " there, or has another psk or suite there"
        #expect(
            try answer(.page(none), page)
                == .done(.init("paging house: nobody hears it: garage (\(refusal))")))
        #expect(try answer(.page([]), page) == .done(.init("paging house: nobody hears it")))
        let end = Request.page("house", isDown: false, .normal)
        #expect(try answer(.pageEnded, end) == .done(.init("page to house ended")))
    }

    @Test func aCallIsAnsweredWithItsIDAndARequestWithItsNumber() throws {
        let call = Request.call("office", .call, .normal)
        let said: [(Wish.Outcome, Request, String)] = [
            (.callBegun(id), call, "calling office"), (.answered(id), .answer, "answered"),
            (.rejected(id), .reject, "rejected"), (.hungUp(id), .hangUp, "hung up"),
        ]
        for (outcome, request, text) in said {
            var done = Reply.Done(text)
            done.call = id.text
            #expect(try answer(outcome, request) == .done(done))
        }
        let muted = "; this station's microphone is muted: intercomctl unmute mic"
        for (outcome, request, text) in said.prefix(2) {
            var done = Reply.Done(text + muted)
            done.call = id.text
            #expect(try answer(outcome, request, .microphoneMuted) == .done(done))
        }
        let listen = Request.call("office", .listenIn, .normal)
        var listening = Reply.Done("calling office")
        listening.call = id.text
        #expect(try answer(.callBegun(id), listen, .microphoneMuted) == .done(listening))
        var asked = Reply.Done("asked office for its relay door")
        asked.request = 12
        #expect(try answer(.asked(peerRequest: 12), .relay("door", peer: "office")) == .done(asked))
        #expect(try answer(.tone, .tone) == .done(.init("playing a tone")))
    }

    @Test func anUnknownNameIsToldWithThoseThatThereAre() throws {
        let targets = "no peer or channel attic; there are: house, upstairs, garage, office"
        #expect(
            try problem(.unknown, .talk(target: "attic"))
                == .refused(ControlError(.unknownTarget, targets)))
        #expect(
            try problem(.unknown, .signal(peer: "attic"))
                == .refused(
                    ControlError(.unknownTarget, "no peer attic; there are: garage, office")))
        #expect(
            try problem(.unknown, .talk(target: "kitchen"))
                == .refused(ControlError(.unknownTarget, "kitchen is this station itself")))
        #expect(
            ControlError.unknown("peer", "Ofice", known: ["garage", "office"])
                == ControlError(
                    .unknownTarget,
                    "no peer Ofice; did you mean \"office\"? there are: garage, office"))
        #expect(
            ControlError.unknown("relay", "door", known: [])
                == ControlError(.unknownTarget, "no relay door; there is none"))
    }

    @Test func aProblemIsPutInWords() throws {
        let page = Request.page("house", isDown: true, .normal)
        let listen = Request.call("house", .listenIn, .normal)
        let talk = Request.talk(target: "house")
        let said: [(Wish.Problem, Request, String)] = [
            (.nobodyHeard, .ptt(isDown: true, target: "reply"), "no peer has been heard yet"),
            (.noMicrophone, talk, "there is no microphone: [audio] input = none"),
            (.noSpeaker, .tone, "there is no speaker: [audio] output = none"),
            (.noPage, page, "no page to house is under way"),
            (
                .isChannel, listen,
                "house is a channel: only a peer can be listened to or dropped in on"
            ),
        ]
        for (why, request, text) in said {
            #expect(try problem(why, request) == .refused(ControlError(.failed, text)))
        }
        let input = PCMError(device: "hw:9", direction: .capture, reason: .unplugged)
        let output = PCMError(device: "hw:8", direction: .playback, reason: .busy)
        #expect(
            try problem(.noMicrophone, talk, input, output)
                == .refused(ControlError(.failed, "there is no microphone: \(input)")))
        #expect(
            try problem(.noSpeaker, .tone, input, output)
                == .refused(ControlError(.failed, "there is no speaker: \(output)")))
    }

    @Test(arguments: [
        (CallStatus.State.ringing, "call", "garage, office is calling: intercomctl answer, or"),
        (.trying, "call", "you are calling garage, office; to end that: intercomctl hangup"),
        (.calling, "call", "you are calling garage, office; to end that: intercomctl hangup"),
        (.active, "listen_in", "you are listening to garage, office; to end that: intercomctl"),
        (.active, "call", "you are speaking with garage, office; to end that: intercomctl"),
    ])
    func theCallInTheWayIsNamed(_ state: CallStatus.State, _ kind: String, _ text: String) throws {
        var call = CallStatus()
        (call.state, call.kind, call.peers) = (state, kind, ["garage", "office"])
        let request = Request.call("garage", .call, .normal)
        let said = try problem(.busy, request, during: call)
        guard case .refused(let error) = said else {
            Issue.record("\(said)")
            return
        }
        #expect(error.code == .failed && error.text.hasPrefix(text))
    }
}
