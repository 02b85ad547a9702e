import Seeds
import Testing
import Vectors
import Wire

/// The 64 bytes of a payload.
func plaintext(of payload: ControlPayload) -> [UInt8] {
    (0..<ControlPayload.capacity).map { payload.bytes[$0] }
}

@Suite struct ControlPayloadTests {
    @Test func writesEveryRecordOfTheVectors() throws {
        let cases = vectors.cases("control")
        #expect(cases.count == 40)
        var seen: Set<UInt8> = []
        for (input, expected) in cases {
            let expected = try #require(expected as? [String: Any])
            let fields = try #require(input as? [String: Any])
            let record = try #require(Self.record(fields))
            seen.insert(record.type)
            var wanted = bytes(hex: expected["record"])
            wanted += [UInt8](repeating: 0, count: 64 - wanted.count)
            #expect(plaintext(of: ControlPayload(record)) == wanted, "\(input)")
            #expect(records(in: wanted) == [record], "\(input)")
        }
        #expect(seen == Set(1...26), "every type has a vector")
    }

    @Test func appendsUntilFullAndThenChangesNothing() {
        var payload = ControlPayload()
        #expect(payload.isEmpty)
        for number in 0..<10 {
            #expect(payload.append(.ping(UInt32(number))) == true)
        }
        let before = plaintext(of: payload)
        // 60 bytes are used; four are left, a PING needs six and a CLOSE three.
        #expect(payload.append(.ping(10)) == false)
        #expect(plaintext(of: payload) == before)
        #expect(payload.append(.close(.stopping)) == true)
        #expect(records(in: plaintext(of: payload))?.count == 11)
        #expect(!payload.isEmpty)
    }

    /// Beyond the vectors: one that introduces says so behind the rest of its notice.
    @Test func anIntroducerSaysSoAtTheEndOfItsNotice() {
        var notice = RosterNotice(site: 1, counter: 9, size: 0x1234, text: 2)
        let without = plaintext(of: ControlPayload(.roster(notice)))
        notice.introduces = true
        let with = plaintext(of: ControlPayload(.roster(notice)))
        #expect(without[1] == 26 && with[1] == 27)
        #expect(Array(with[2..<30]) == without[2..<28] + [1, 0])
        #expect(records(in: with) == [.roster(notice)])
    }

    @Test(arguments: [(0, 48), (48, 48), (96, 4), (99, 1), (100, nil)])
    func aPartIsOfItsPlaceInTheText(offset: UInt16, count: Int?) {
        let whole = (0..<100).map { UInt8($0) }
        let part = FilePart(ofRoster: whole.span, at: offset, text: 1)
        let made = part.map { plaintext(of: ControlPayload(.rosterPart($0))) }
        #expect(made?[1] == count.map { UInt8(10 + $0) })
        if let made, let count {
            let wanted = [0, UInt8(offset)] + whole.dropFirst(Int(offset)).prefix(count)
            #expect(Array(made[10..<12 + count]) == wanted)
        }
    }

    @Test func messagesAreAskedForAndComeInParts() throws {
        let id = CallID(high: 0x0102_0304_0506_0708, low: 0xA1A2_A3A4_A5A6_A7A8)
        let (first, last): ([UInt8], [UInt8]) = (
            [1, 2, 3, 4, 5, 6, 7, 8], [0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8]
        )
        let whole = (0..<100).map { UInt8($0) }
        let notice = MessageNotice(id: id, size: 100, milliseconds: 0x0102, start: 0x0304)
        let (third, fourth) = (
            FilePart(2, ofMessage: whole.span, id: id), FilePart(3, ofMessage: whole.span, id: id)
        )
        let part = try #require(third)
        #expect(fourth == nil)
        let size: [UInt8] = [0, 0, 0, 100, 0, 0, 1, 2]
        let known: [(MessageRecord, [UInt8])] = [
            (.ask(id, part: 2), [15, 21, 0] + first + last + [0, 0, 0, 2]),
            (.part(part), [15, 19, 1] + first + [0, 0, 0, 2] + whole[94...]),
            (.notice(notice), [15, 33, 2] + first + last + size + [0, 0, 0, 0, 0, 0, 3, 4]),
            (.state(id, .heard), [15, 18, 3] + first + last + [2]),
        ]
        for (record, bytes) in known {
            let made = Array(plaintext(of: ControlPayload(.message(record))).prefix(bytes.count))
            #expect(made == bytes)
            #expect(records(in: bytes) == [.message(record)])
        }
        // What is too short for its kind, and an unknown kind, are passed over.
        #expect(records(in: [15, 14, 0] + [UInt8](repeating: 1, count: 13)) == [])
        #expect(records(in: [15, 20, 0] + [UInt8](repeating: 1, count: 19)) == [])
        #expect(records(in: [15, 30, 9] + [UInt8](repeating: 1, count: 29)) == [])
        #expect(records(in: [15, 13, 1] + [UInt8](repeating: 1, count: 12)) == [])
        #expect(records(in: [15, 0]) == [])
    }

    @Test func whatIsWrittenIsReadBack() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<20_000 {
            var payload = ControlPayload()
            var written: [ControlRecord] = []
            while true {
                let record = Self.randomRecord(&random)
                guard payload.append(record) else { break }
                written.append(record)
            }
            #expect(records(in: plaintext(of: payload)) == written, "seed \(seed)")
        }
    }

    static func record(_ input: [String: Any]) -> ControlRecord? {
        guard let name = input["name"] as? String, let fields = input["fields"] as? [String: Any]
        else { return nil }
        let call = callID(hex: fields["id"] as? String ?? "")
        // Those of a channel, a relay and a station need SHA-256, which this module does not have.
        func reference() -> UInt64 {
            switch (fields["ref"] as? String)?.split(separator: ":").first {
            case "CHANNEL": 0x799B_8F7D_A1BA_AF96
            case "RELAY": 0x1F56_5F6D_84A7_FCC9
            case "CALL": callID(hex: fields["ref"] as? String ?? "").reference
            default: number(hex: fields["ref"])
            }
        }
        func end() -> CallEnd {
            CallEnd(
                mid: fields.uint32("mid"), id: call,
                cause: CallEnd.Cause(rawValue: fields.uint16("cause")))
        }
        switch name {
        case "CONFIRM":
            let boot = bytes(hex: fields["boot"]).reduce(0) { $0 << 8 | UInt64($1) }
            return .confirm(fields.uint8("what"), boot: boot)
        case "ACK":
            let mids = (fields["mids"] as? [Int] ?? []).map(UInt32.init)
            guard let first = mids.first else { return nil }
            var list = Acknowledgement(first)
            for mid in mids.dropFirst() { list.append(mid) }
            return .ack(list)
        case "REPORT":
            return .report(
                Report(
                    stream: fields.uint8("stream"), highest: fields.uint16("highest"),
                    loss: fields.uint8("loss"), burst: fields.uint8("burst"),
                    jitter: fields.uint16("jitter"), delay: fields.uint16("delay"),
                    concealed: fields.uint16("concealed"), received: fields.uint16("received")))
        case "PATH_CHALLENGE": return .pathChallenge(number(hex: fields["data"]))
        case "PATH_RESPONSE": return .pathResponse(number(hex: fields["data"]))
        case "PING": return .ping(UInt32(number(hex: fields["data"])))
        case "PONG": return .pong(UInt32(number(hex: fields["data"])))
        case "SPURT_END":
            return .spurtEnd(SpurtEnd(stream: fields.uint8("stream"), last: fields.uint16("last")))
        case "CLOSE": return .close(CloseReason(rawValue: fields.uint8("why")))
        case "HEARD":
            return .heard(
                Heard(
                    stream: fields.uint8("stream"), share: fields.uint8("share"),
                    why: Unheard(rawValue: fields.uint8("why")),
                    played: fields["played"].map { _ in
                        Heard.Played(ms: fields.uint16("played"), total: fields.uint16("total"))
                    }))
        case "KEY_SHARED": return .keyShared
        case "ROSTER":
            return .roster(
                RosterNotice(
                    site: number(hex: fields["site"]), counter: UInt64(fields.int("counter")),
                    size: fields.uint16("size"), text: number(hex: fields["text"])))
        case "ROSTER_ASK":
            return .rosterQuestion(
                RosterQuestion(
                    text: number(hex: fields["text"]), offset: fields.uint16("offset")))
        case "ROSTER_PART":
            let offset = fields.uint16("offset")
            let text = [UInt8](repeating: 0, count: Int(offset)) + bytes(hex: fields["data"])
            return FilePart(ofRoster: text.span, at: offset, text: number(hex: fields["text"]))
                .map { .rosterPart($0) }
        case "OFFER":
            return .offer(
                Offer(
                    mid: fields.uint32("mid"), id: call,
                    mode: Offer.Mode(rawValue: fields.uint8("mode")),
                    priority: Priority(rawValue: fields.uint8("priority")),
                    ttl: fields.uint16("ttl"), age: fields.uint8("age"),
                    reference: reference()))
        case "RINGING": return .ringing(mid: fields.uint32("mid"), call)
        case "ANSWER":
            let flags = fields.int("flags")
            return .answer(
                Answer(
                    mid: fields.uint32("mid"), id: call, isMicrophoneOpen: flags & 1 != 0,
                    isHalfDuplex: flags & 2 != 0))
        case "REJECT": return .reject(end())
        case "CANCEL": return .cancel(end())
        case "BYE": return .bye(end())
        case "STREAM":
            return .stream(
                StreamBinding(
                    mid: fields.uint32("mid"), stream: fields.uint8("stream"),
                    purpose: StreamBinding.Purpose(rawValue: fields.uint8("purpose")),
                    priority: Priority(rawValue: fields.uint8("priority")),
                    reference: reference()))
        case "SIGNAL":
            return .signal(
                Signal(
                    mid: fields.uint32("mid"),
                    target: Signal.Target(rawValue: fields.uint8("what")),
                    reference: reference(),
                    time: fields.uint16("time")))
        case "RESULT":
            return .result(
                RequestResult(
                    mid: fields.uint32("mid"), request: fields.uint32("of"),
                    status: RequestResult.Status(rawValue: fields.uint8("status"))))
        case "MEMBER":
            let isPeer = (fields["who"] as? String)?.hasPrefix("MEMBER:") ?? false
            let who = isPeer ? Self.responder : Array(bytes(hex: fields["who"]))
            return .member(
                CallMember(
                    mid: fields.uint32("mid"), reference: reference(),
                    isIn: fields.uint8("state") == 1,
                    name: MemberName(
                        high: who.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                        low: who.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })))
        case "FORWARD":
            let who = Array(bytes(hex: fields["who"]))
            return .forward(
                ForwardNotice(
                    mid: fields.uint32("mid"), place: fields.uint8("place"),
                    isUp: fields.uint8("state") == 1,
                    name: MemberName(
                        high: who.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                        low: who.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })))
        case "MESSAGE": return message(fields, call).map { .message($0) }
        default: return nil
        }
    }

    private static func message(_ fields: [String: Any], _ id: CallID) -> MessageRecord? {
        switch fields["kind"] as? String {
        case "ASK": return .ask(id, part: fields.uint32("part"))
        case "PART":
            let before = FilePart.messageSize * fields.int("part")
            let file = [UInt8](repeating: 0, count: before) + bytes(hex: fields["data"])
            let id = CallID(high: number(hex: fields["file"]), low: 0)
            return FilePart(fields.uint32("part"), ofMessage: file.span, id: id).map { .part($0) }
        case "NOTICE":
            return .notice(
                MessageNotice(
                    id: id, size: fields.uint32("size"), milliseconds: fields.uint32("length"),
                    start: UInt64(fields.int("start"))))
        case "STATE": return .state(id, MessageState(rawValue: fields.uint8("state")))
        default: return nil
        }
    }

    /// The call whose id is the last 32 digits of `text`.
    private static func callID(hex text: String) -> CallID {
        CallID(
            high: number(hex: String(text.suffix(32).prefix(16))),
            low: number(hex: String(text.suffix(16))))
    }

    /// What stands for the vectors' responder towards other stations.
    private static let responder = bytes(hex: "c6972257376d444b27abb3ce21efb9e9")

    private static let samples: [[UInt8]] =
        vectors.cases("control").map { bytes(hex: ($0.expected as? [String: Any])?["record"]) }

    /// One of the vectors with another body, or of a type that nobody knows.
    static func randomRecord(_ random: inout SplitMix64) -> ControlRecord {
        while true {
            guard var record = samples.randomElement(using: &random) else {
                preconditionFailure("there are vectors")
            }
            if random.next() % 24 == 0 { record[0] = UInt8(26 + random.next() % 230) }
            for place in (record[0] == 15 ? 3 : 2)..<record.count {
                record[place] = UInt8(truncatingIfNeeded: random.next())
            }
            if let read = records(in: record)?.first { return read }
        }
    }
}
