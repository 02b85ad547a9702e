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
        (Request.status, #""status""#),
        (.peers, #""peers""#),
        (.watchEvents, #""monitor""#),
        (.levels, #""levels""#),
        (
            .announce(target: "house", priority: .high, samples: 48_000),
            #""announce","target":"house","priority":"high","samples":48000"#
        ),
        (.relay("door", peer: nil), #""relay","relay":"door""#),
        (.relay("door", peer: "garage"), #""relay","relay":"door","peer":"garage""#),
        (.signal(peer: "garage"), #""signal","peer":"garage""#),
        (.answer, #""answer""#),
        (.reject, #""reject""#),
        (.hangUp, #""hangup""#),
        (.show(peer: "a"), #""show","peer":"a""#),
        (.call("a", .dropIn, .high), #""call","target":"a","mode":"drop-in","priority":"high""#),
        (
            .page("a", isDown: true, .normal),
            #""page","action":"down","target":"a","priority":"normal""#
        ),
        (.key, #""key""#),
        (.version, #""version""#),
        (.reload, #""reload""#),
        (.state(.volume(.ring, .by(-5))), #""state","set":"volume","what":"ring","step":-5"#),
        (
            .state(.mute(what: "attic", isOn: true)),
            #""state","set":"mute","what":"attic","on":true"#
        ),
        (
            .state(.doNotDisturb(isOn: true, seconds: 60)),
            #""state","set":"dnd","on":true,"seconds":60"#
        ),
        (.history(HistoryQuery()), #""history","missed":false,"since_ms":0,"limit":300,"skip":0"#),
        (.message(.record(peer: "a")), #""message","action":"record","peer":"a""#),
        (
            .message(.record(peer: "a", hearsBack: true)),
            #""message","action":"record","peer":"a","hears_back":true"#
        ),
        (.message(.end("5")), #""message","action":"end","id":"5""#),
        (.message(.agree("5")), #""message","action":"agree","id":"5""#),
        (
            .message(.hear(loss: 5, isWire: false)),
            #""message","action":"hear","loss":5,"wire":false"#
        ),
        (.message(.send(peer: "a", bytes: 9)), #""message","action":"send","peer":"a","bytes":9"#),
        (.message(.list), #""message","action":"list""#),
        (.message(.play(nil)), #""message","action":"play""#),
        (.message(.play(3)), #""message","action":"play","number":3"#),
        (.message(.delete(3)), #""message","action":"delete","number":3"#),
        (.message(.delete(nil)), #""message","action":"delete""#),
        (.replay(peer: nil), #""replay""#),
        (.replay(peer: "a"), #""replay","peer":"a""#),
        (.pair(PairRequest()), #""pair""#),
        (.pair(PairRequest(name: "attic")), #""pair","name":"attic""#),
        (.pair(PairRequest(takesBack: true)), #""pair","takes_back":true"#),
        (
            .pair(PairRequest(code: "012345", takesBack: true)),
            #""pair","code":"012345","takes_back":true"#
        ),
        (
            .pair(PairRequest(code: "7K9M-QX2W", host: "a.local", name: "a")),
            #""pair","code":"7K9M-QX2W","host":"a.local","name":"a""#
        ),
        (.pair(PairRequest(code: "012345")), #""pair","code":"012345""#),
        (.ptt(isDown: true, target: "house"), #""ptt","action":"down","target":"house""#),
        (.ptt(isDown: false, target: "a"), #""ptt","action":"up","target":"a""#),
    ])
    func isThisLine(_ request: Request, _ words: String) throws {
        let line = #"{"v":1,"do":"# + words + "}"
        #expect(String(decoding: request.encoded, as: UTF8.self) == line + "\n")
        #expect(try Request(parsing: Array(line.utf8).span) == request)
    }

    @Test(arguments: [
        "", "hello", "[]", "{}", #"{"do":"status"}"#, #"{"v":1,"do":"pair","code":12}"#,
        #"{"v":1,"do":"pair","code":null}"#, #"{"v":1,"do":"pair","host":"a"}"#,
        #"{"v":1,"do":"pair","name":["a"]}"#, #"{"v":"1","do":"status"}"#, #"{"v":1}"#,
        #"{"v":1,"do":7}"#, #"{"v":1,"do":"ptt"}"#, #"{"v":1,"do":"ptt","action":"down"}"#,
        #"{"v":1,"do":"ptt","action":"sideways","target":"a"}"#,
        #"{"v":1,"do":"ptt","action":"up","target":null}"#,
        #"{"v":1,"do":"announce","target":"house"}"#,
        #"{"v":1,"do":"announce","target":"house","samples":9,"priority":"loud"}"#,
        #"{"v":1,"do":"announce","target":"house","samples":9,"priority":2}"#,
        #"{"v":1,"do":"relay","relay":"door","peer":5}"#, #"{"v":1,"do":"history","limit":0}"#,
        #"{"v":1,"do":"history","limit":"9"}"#, #"{"v":1,"do":"history","since_ms":true}"#,
        #"{"v":1,"do":"call"}"#, #"{"v":1,"do":"call","target":"a","mode":"shout"}"#,
        #"{"v":1,"do":"call","target":"a","priority":9}"#, #"{"v":1,"do":"page","target":"a"}"#,
        #"{"v":1,"do":"show"}"#, #"{"v":1,"do":"reload","check":true}"#,
        #"{"v":1,"do":"state","set":"volume","what":"ring"}"#,
    ])
    func whatIsNoRequestIsRefused(_ line: String) { #expect(refusal(line) == .badRequest) }

    @Test func aNewerVersionAndAnUnknownCommandAreToldApart() {
        #expect(refusal(#"{"v":2,"do":"status"}"#) == .unsupportedVersion)
        #expect(refusal(#"{"v":1,"do":"dance"}"#) == .unknownCommand)
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
