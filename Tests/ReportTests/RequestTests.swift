import Seeds
import Testing
import Wire

@testable import Report

private func refusal(_ line: String) -> ControlError.Code? {
    do throws(ControlError) {
        _ = try Request(parsing: Array(line.utf8).span)
        return nil
    } catch {
        return error.code
    }
}

@Suite struct RequestTests {
    @Test(arguments: [
        (Request.status, #"{"v":1,"do":"status"}"#),
        (.peers, #"{"v":1,"do":"peers"}"#),
        (.monitor, #"{"v":1,"do":"monitor"}"#),
        (.levels, #"{"v":1,"do":"levels"}"#),
        (
            .announce(target: "house", priority: .high, samples: 48_000),
            #"{"v":1,"do":"announce","target":"house","priority":"high","samples":48000}"#
        ),
        (.relay("door", peer: nil), #"{"v":1,"do":"relay","relay":"door"}"#),
        (
            .relay("door", peer: "garage"),
            #"{"v":1,"do":"relay","relay":"door","peer":"garage"}"#
        ),
        (.signal(peer: "garage"), #"{"v":1,"do":"signal","peer":"garage"}"#),
        (.answer, #"{"v":1,"do":"answer"}"#),
        (.reject, #"{"v":1,"do":"reject"}"#),
        (.hangUp, #"{"v":1,"do":"hangup"}"#),
        (.show(peer: "a"), #"{"v":1,"do":"show","peer":"a"}"#),
        (
            .call("a", .dropIn, .high),
            #"{"v":1,"do":"call","target":"a","mode":"drop-in","priority":"high"}"#
        ),
        (
            .page("a", isDown: true, .normal),
            #"{"v":1,"do":"page","action":"down","target":"a","priority":"normal"}"#
        ),
        (.key, #"{"v":1,"do":"key"}"#),
        (.version, #"{"v":1,"do":"version"}"#),
        (.reload, #"{"v":1,"do":"reload"}"#),
        (
            .state(.volume(.ring, .by(-5))),
            #"{"v":1,"do":"state","set":"volume","what":"ring","step":-5}"#
        ),
        (
            .state(.mute(what: "attic", isOn: true)),
            #"{"v":1,"do":"state","set":"mute","what":"attic","on":true}"#
        ),
        (
            .state(.doNotDisturb(isOn: true, seconds: 60)),
            #"{"v":1,"do":"state","set":"dnd","on":true,"seconds":60}"#
        ),
        (
            .history(HistoryQuery()),
            #"{"v":1,"do":"history","missed":false,"since_ms":0,"limit":300,"skip":0}"#
        ),
        (
            .message(.record(peer: "a")),
            #"{"v":1,"do":"message","action":"record","peer":"a"}"#
        ),
        (.message(.end), #"{"v":1,"do":"message","action":"end"}"#),
        (
            .message(.send(peer: "a", bytes: 9)),
            #"{"v":1,"do":"message","action":"send","peer":"a","bytes":9}"#
        ),
        (.message(.list), #"{"v":1,"do":"message","action":"list"}"#),
        (.message(.play(nil)), #"{"v":1,"do":"message","action":"play"}"#),
        (.message(.play(3)), #"{"v":1,"do":"message","action":"play","number":3}"#),
        (.message(.delete(3)), #"{"v":1,"do":"message","action":"delete","number":3}"#),
        (.message(.delete(nil)), #"{"v":1,"do":"message","action":"delete"}"#),
        (.pair(PairRequest()), #"{"v":1,"do":"pair"}"#),
        (.pair(PairRequest(name: "attic")), #"{"v":1,"do":"pair","name":"attic"}"#),
        (.pair(PairRequest(takesBack: true)), #"{"v":1,"do":"pair","takes_back":true}"#),
        (
            .pair(PairRequest(code: "012345", takesBack: true)),
            #"{"v":1,"do":"pair","code":"012345","takes_back":true}"#
        ),
        (
            .pair(PairRequest(code: "7K9M-QX2W", host: "a.local", name: "a")),
            #"{"v":1,"do":"pair","code":"7K9M-QX2W","host":"a.local","name":"a"}"#
        ),
        (
            .pair(PairRequest(code: "012345")),
            #"{"v":1,"do":"pair","code":"012345"}"#
        ),
        (
            .ptt(isDown: true, target: "house"),
            #"{"v":1,"do":"ptt","action":"down","target":"house"}"#
        ),
        (
            .ptt(isDown: false, target: "a"), #"{"v":1,"do":"ptt","action":"up","target":"a"}"#
        ),
    ])
    func isThisLine(_ request: Request, _ line: String) throws {
        #expect(String(decoding: request.encoded, as: UTF8.self) == line + "\n")
        #expect(try Request(parsing: Array(line.utf8).span) == request)
    }

    @Test(arguments: [
        ("", ControlError.Code.badRequest), ("hello", .badRequest), ("[]", .badRequest),
        ("{}", .badRequest), (#"{"do":"status"}"#, .badRequest),
        (#"{"v":1,"do":"pair","code":12}"#, .badRequest),
        (#"{"v":1,"do":"pair","code":null}"#, .badRequest),
        (#"{"v":1,"do":"pair","host":"a"}"#, .badRequest),
        (#"{"v":1,"do":"pair","name":["a"]}"#, .badRequest),
        (#"{"v":"1","do":"status"}"#, .badRequest),
        (#"{"v":2,"do":"status"}"#, .unsupportedVersion),
        (#"{"v":1}"#, .badRequest), (#"{"v":1,"do":7}"#, .badRequest),
        (#"{"v":1,"do":"dance"}"#, .unknownCommand),
        (#"{"v":1,"do":"ptt"}"#, .badRequest),
        (#"{"v":1,"do":"ptt","action":"down"}"#, .badRequest),
        (#"{"v":1,"do":"ptt","action":"sideways","target":"a"}"#, .badRequest),
        (#"{"v":1,"do":"ptt","action":"up","target":null}"#, .badRequest),
        (#"{"v":1,"do":"announce","target":"house"}"#, .badRequest),
        (
            #"{"v":1,"do":"announce","target":"house","samples":9,"priority":"loud"}"#, .badRequest
        ),
        (#"{"v":1,"do":"announce","target":"house","samples":9,"priority":2}"#, .badRequest),
        (#"{"v":1,"do":"relay","relay":"door","peer":5}"#, .badRequest),
        (#"{"v":1,"do":"history","limit":0}"#, .badRequest),
        (#"{"v":1,"do":"history","limit":"9"}"#, .badRequest),
        (#"{"v":1,"do":"history","since_ms":true}"#, .badRequest),
        (#"{"v":1,"do":"call"}"#, .badRequest),
        (#"{"v":1,"do":"call","target":"a","mode":"shout"}"#, .badRequest),
        (#"{"v":1,"do":"call","target":"a","priority":9}"#, .badRequest),
        (#"{"v":1,"do":"page","target":"a"}"#, .badRequest),
        (#"{"v":1,"do":"show"}"#, .badRequest),
        (#"{"v":1,"do":"reload","check":true}"#, .badRequest),
    ])
    func whatIsNoRequestIsRefusedWithItsCode(_ line: String, _ code: ControlError.Code) {
        #expect(refusal(line) == code)
    }

    @Test func aLineOverTheLimitIsRefused() {
        let start = #"{"v":1,"do":"status","x":""#
        func line(of count: Int) -> String {
            start + String(repeating: "x", count: count - start.utf8.count - 2) + "\"}"
        }
        #expect(refusal(line(of: 4096)) == nil)
        #expect(refusal(line(of: 4097)) == .tooLong)
    }

    @Test func garbageIsRefusedNotFollowed() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        let good = Array(#"{"v":1,"do":"ptt","action":"down","target":"house"}"#.utf8)
        for _ in 0..<2000 {
            var bytes = good
            for _ in 0...Int.random(in: 0...5, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            if let request = try? Request(parsing: bytes.span) {
                let again = request.encoded.dropLast()
                #expect((try? Request(parsing: Array(again).span)) == request, "seed \(seed)")
            }
            _ = try? Reply(parsing: bytes.span)
            _ = Event(parsing: bytes.span)
        }
    }
}
