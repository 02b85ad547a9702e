import Testing
import Wire

@testable import Report

/// Who may ask for what, request by request; and what is still done when its caller has gone, and
/// which replies it waits for.
@Suite struct RightTests {
    private static let forAll: [Request] = [
        .status, .peers, .ptt(isDown: true, target: "a"), .ptt(isDown: false, target: "a"),
        .talk(target: "a"), .watchEvents, .announce(target: "a", priority: .normal, samples: 1),
        .announce(target: "a", priority: .high, samples: 1), .relay("door", peer: nil),
        .signal(peer: "a"), .tone, .key, .version, .history(HistoryQuery()), .state(.show),
        .state(.mute(what: "mic", isOn: true)), .state(.volume(.speaker, .by(5))),
        .state(.doNotDisturb(isOn: true, seconds: nil)), .call("a", .call, .normal),
        .call("a", .call, .high), .answer, .reject, .hangUp,
        .page("a", isDown: true, .normal), .page("a", isDown: true, .high),
        // What closes a microphone is never refused.
        .page("a", isDown: false, .emergency), .show(peer: "a"),
        .message(.record(peer: "a")), .message(.end("5")), .message(.agree("5")),
        .message(.send(peer: "a", bytes: 1)), .message(.list), .message(.play(nil)),
        .message(.delete(1)), .replay(peer: nil),
    ]
    private static let forSome: [Request] = [
        .reload, .levels,
        .relay("door", peer: "a"), .announce(target: "a", priority: .emergency, samples: 1),
        .call("a", .dropIn, .normal), .call("a", .listenIn, .normal),
        .call("a", .dropIn, .emergency), .call("a", .call, .emergency),
        .page("a", isDown: true, .emergency), .pair(PairRequest()),
        .pair(PairRequest(code: "012345")), .join(peer: "a", site: "0"),
        .message(.hear(loss: 0, isWire: false)),
    ]

    @Test func eachRequestNeedsItsRight() {
        for request in Self.forAll { #expect(request.refusal == nil, "\(request)") }
        for request in Self.forSome { #expect(request.refusal != nil, "\(request)") }
    }

    private static let closingOrAsking: [Request] = [
        .status, .peers, .ptt(isDown: false, target: "a"), .watchEvents, .levels, .key, .version,
        .history(HistoryQuery()), .state(.show), .state(.mute(what: "mic", isOn: true)),
        .state(.volume(.speaker, .by(5))), .state(.doNotDisturb(isOn: true, seconds: nil)),
        .reject, .hangUp, .show(peer: "a"), .page("a", isDown: false, .emergency),
        .message(.end("5")), .message(.list),
    ]
    private static let lasting: [Request] = [
        .talk(target: "a"), .announce(target: "a", priority: .normal, samples: 1),
        .announce(target: "a", priority: .high, samples: 1),
        .announce(target: "a", priority: .emergency, samples: 1), .reload,
        .page("a", isDown: true, .normal), .page("a", isDown: true, .high),
        .page("a", isDown: true, .emergency), .pair(PairRequest()),
        .pair(PairRequest(code: "012345")), .history(HistoryQuery()),
        .join(peer: "a", site: "0"), .message(.record(peer: "a")),
        .message(.send(peer: "a", bytes: 1)), .message(.play(nil)), .message(.delete(1)),
        .replay(peer: nil), .message(.hear(loss: 0, isWire: false)),
    ]

    @Test(arguments: Self.forAll + Self.forSome)
    func whatOpensRingsOrSwitchesIsForNowAndWhatClosesIsAlwaysDone(request: Request) {
        #expect(request.isForNow != Self.closingOrAsking.contains(request))
    }

    @Test func aCallerWaitsForNineKinds() {
        for request in Self.forAll + Self.forSome {
            #expect(request.outlastsItsReply == Self.lasting.contains(request), "\(request)")
        }
        #expect(Set(Self.lasting.map { $0.word }).count == 9)
    }

    @Test func noVerbIsLeftOut() {
        let told = Set((Self.forAll + Self.forSome).map { $0.word })
        #expect(told == Set(Request.kinds.map { $0.word }))
    }

    /// A greater number than the greatest known is an emergency to a station.
    @Test func aPriorityWithoutANameIsNotAsked() throws {
        let line = Array(#"{"v":1,"do":"call","target":"a","mode":"call","priority":"3"}"#.utf8)
        #expect(throws: ControlError.self) { try Request(parsing: line.span) }
    }

    @Test(arguments: Self.forSome)
    func aRefusalSaysWhatAndForWhomAndWhatToDo(request: Request) throws {
        let refusal = try #require(request.refusal)
        #expect(refusal.code == .denied)
        #expect(!refusal.text.hasPrefix("this"))
        #expect(
            refusal.text.hasSuffix(
                " is for root and members of group intercom-admin: "
                    + "sudo usermod -aG intercom-admin $USER, and log in again"))
    }
}
