import Report
import Testing
import Wire

@testable import Intercomd

/// Which requests are still carried out when their caller has gone, and which it waits for.
@Suite struct RequestKindTests {
    private static let opening: [Request] = [
        .ptt(isDown: true, target: "a"), .talk(target: "a"), .tone,
        .announce(target: "a", priority: .normal, samples: 1), .relay("a", peer: nil),
        .signal(peer: "a"), .reload, .call("a", .call, .normal),
        .answer, .page("a", isDown: true, .normal), .pair(PairRequest()),
        .pair(PairRequest(code: "012345", host: "a")),
        .message(.record(peer: "a")), .message(.send(peer: "a", bytes: 9)), .message(.play(1)),
        .message(.delete(nil)),
    ]
    private static let others: [Request] = [
        .ptt(isDown: false, target: "a"), .status, .peers, .monitor,
        .levels, .key, .version, .history(HistoryQuery()), .state(.show), .reject,
        .hangUp, .show(peer: "a"), .page("a", isDown: false, .normal), .message(.end),
        .message(.list),
    ]

    @Test func whatOpensRingsOrSwitchesIsForNowAndWhatClosesIsAlwaysDone() {
        for request in Self.opening { #expect(request.isForNow, "\(request)") }
        for request in Self.others { #expect(!request.isForNow, "\(request)") }
    }

    @Test func aCallerWaitsForEightKinds() {
        let lasting: [Request] = [
            .talk(target: "a"),
            .announce(target: "a", priority: .normal, samples: 1), .reload,
            .page("a", isDown: true, .normal), .pair(PairRequest()),
            .pair(PairRequest(code: "012345", host: "a")), .history(HistoryQuery()),
            .message(.record(peer: "a")), .message(.send(peer: "a", bytes: 9)),
            .message(.play(1)), .message(.delete(nil)), .message(.delete(1)),
        ]
        for request in Self.opening + Self.others {
            #expect(request.outlastsItsReply == lasting.contains(request), "\(request)")
        }
    }

    @Test func aRefusalAndAMeasuredWayEndTheWait() {
        #expect(Reply.refused(ControlError(.failed, "no")).isLast)
        #expect(!Reply.done(.init("paging a")).isLast && !Reply.ptt(.init()).isLast)
        #expect(!Reply.announce(.init()).isLast)
        #expect(!Reply.pairing(.init(.code, "")).isLast && Reply.pairing(.init(.paired, "")).isLast)
    }
}
