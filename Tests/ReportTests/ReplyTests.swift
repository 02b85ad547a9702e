import Testing

@testable import Report

private func again(_ reply: Reply) -> Reply? {
    let line = Array(reply.encoded.dropLast())
    return try? Reply(parsing: line.span)
}

private func line(_ reply: Reply) -> String { String(decoding: reply.encoded, as: UTF8.self) }

@Suite struct ReplyTests {
    @Test func eachIsThisLine() {
        var key = Reply.PublicKeyText()
        key.key = "intercom1:x"
        key.fingerprint = "0000"
        var version = Reply.Version()
        version.version = "0.1.0"
        var ptt = Reply.PTT()
        ptt.target = "house"
        ptt.isTalking = true
        ptt.listeners = ["garage"]
        ptt.heard = [HeardBy("garage", percent: nil, reason: .speakerMuted)]
        var over = Reply.Announced()
        (over.target, over.isOver) = ("house", true)
        over.heard = [HeardBy("garage", percent: 97, reason: nil)]
        var reload = Reply.Reload()
        reload.difference = [
            Reply.Reload.Line(text: "+ [peer attic]", section: "peer attic", needsRestart: false)
        ]
        var pairing = PairingReport(.code, "the code")
        (pairing.code, pairing.hosts, pairing.seconds) = ("7K9M-QX2W", ["192.0.2.7"], 120)
        let cases: [(Reply, String)] = [
            (
                .reload(reload),
                #"true,"reload":{"schema":1,"difference":[{"text":"+ [peer attic]","#
                    + #""section":"peer attic","restart":false}]}"#
            ),
            (.key(key), #"true,"key":{"schema":1,"key":"intercom1:x","fingerprint":"0000"}"#),
            (.version(version), #"true,"version":{"schema":1,"version":"0.1.0","protocol":1}"#),
            (
                .ptt(ptt),
                #"true,"ptt":{"schema":1,"target":"house","talking":true,"was_talking":false,"#
                    + #""listeners":["garage"],"heard":[{"peer":"garage","percent":null,"#
                    + #""reason":"speaker_muted","detail":null}]}"#
            ),
            (
                .announce(over),
                #"true,"announce":{"schema":2,"target":"house","listeners":[],"over":true,"#
                    + #""heard":[{"peer":"garage","percent":97,"reason":null,"detail":null}]}"#
            ),
            (
                .pairing(pairing),
                #"true,"pair":{"schema":1,"stage":"code","text":"the code","code":"7K9M-QX2W","#
                    + #""hosts":["192.0.2.7"],"port":null,"announced":false,"seconds":120,"#
                    + #""host":null,"attempts_left":null,"name":null,"called":null,"former":null,"#
                    + #""fingerprint":null,"applied":false,"problem":null}"#
            ),
            (.peers(PeerList([])), #"true,"peers":{"schema":1,"peers":[],"callers":[]}"#),
            (
                .done(.init("on")),
                #"true,"done":{"schema":1,"text":"on","call":null,"request":null,"outcome":null,"#
                    + #""heard":[]}"#
            ),
            (.watchEvents, #"true,"monitor":true"#),
            (
                .refused(ControlError(.unknownTarget, "no")),
                #"false,"error":{"code":"unknown_target","message":"no"}"#
            ),
        ]
        for (reply, expected) in cases {
            #expect(line(reply) == #"{"v":1,"ok":"# + expected + "}\n")
            #expect(again(reply) == reply)
        }
    }

    @Test func aReplyOverTheLimitBecomesARefusal() {
        var status = Status()
        status.problems = [Fault("x", String(repeating: "x", count: ControlLimits.reply))]
        guard case .refused(let error) = again(.status(status)) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .tooLong)
    }

    @Test func theLargestStationFits() {
        var status = Status()
        for _ in 0..<31 {
            var peer = PeerStatus()
            peer.name = String(repeating: "x", count: 31)
            peer.endpoint = String(repeating: "f", count: 60)
            (peer.heardAgeSeconds, peer.rttMilliseconds) = (-1234567.125, 1234567.125)
            (peer.jitterMilliseconds, peer.lossPercent) = (1234567.125, 99.25)
            (peer.bufferMilliseconds, peer.sessionAgeSeconds) = (1234567.125, 1234567.125)
            peer.fingerprint = "0000-0000"
            status.peers.append(peer)
        }
        for _ in 0..<16 {
            var channel = Status.Channel()
            channel.name = String(repeating: "x", count: 31)
            channel.members = status.peers.map { $0.name }
            status.channels.append(channel)
        }
        for _ in 0..<200 {
            status.counters.append(Counter(name: String(repeating: "x", count: 40), value: Int.max))
        }
        #expect(Reply.status(status).encoded.count < ControlLimits.reply / 2)
        guard case .status = again(.status(status)) else {
            Issue.record("not read")
            return
        }
    }

    @Test(arguments: [
        "", "{}", #"{"v":1,"ok":true}"#, #"{"v":2,"ok":true,"monitor":true}"#,
        #"{"v":1,"ok":true,"monitor":false}"#, #"{"v":1,"ok":false}"#,
        #"{"v":1,"ok":true,"status":{}}"#, #"{"v":1,"ok":true,"key":[]}"#,
        #"{"v":1,"ok":false,"error":{"code":"denied"}}"#,
    ])
    func whatIsNoReplyIsRefused(_ line: String) {
        #expect(throws: ControlError.self) { try Reply(parsing: Array(line.utf8).span) }
    }

    @Test func aCodeFromANewerDaemonKeepsItsWords() throws {
        let line = #"{"v":1,"ok":false,"error":{"code":"asleep","message":"try tomorrow"}}"#
        let reply = try Reply(parsing: Array(line.utf8).span)
        #expect(reply == .refused(ControlError(.failed, "try tomorrow")))
    }
}
