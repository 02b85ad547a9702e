import Seeds
import Testing
import Wire

/// The 64 bytes of a payload.
func plaintext(of payload: ControlPayload) -> [UInt8] {
    (0..<ControlPayload.capacity).map { payload.bytes[$0] }
}

@Suite struct ControlPayloadTests {
    @Test func writesEveryRecordOfTheVectors() throws {
        let cases = try Vectors().cases("control")
        #expect(cases.count == 33)
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
        #expect(seen == Set(1...14).union(16...25), "every type has a vector")
    }

    @Test func appendsUntilFullAndThenChangesNothing() {
        var payload = ControlPayload()
        #expect(payload.isEmpty)
        for number in 0..<10 {
            let fits = payload.append(.ping(UInt32(number)))
            #expect(fits)
        }
        let before = plaintext(of: payload)
        // 60 bytes are used; four are left, a PING needs six and a CLOSE three.
        let hasSixLeft = payload.append(.ping(10))
        #expect(!hasSixLeft)
        #expect(plaintext(of: payload) == before)
        let hasThreeLeft = payload.append(.close(.stopping))
        #expect(hasThreeLeft)
        #expect(records(in: plaintext(of: payload))?.count == 11)
        #expect(!payload.isEmpty)
    }

    @Test func whatWasPlayedStandsBehindTheReasonWhereItIsSaid() {
        var heard = Heard(stream: 3, share: 128, why: .heldDown)
        #expect(records(in: [10, 4, 3, 128, 7, 3]) == [.heard(heard)])
        heard.played = Heard.Played(ms: 1_000, total: 513)
        let bytes: [UInt8] = [10, 7, 3, 128, 7, 3, 232, 2, 1]
        let padding = [UInt8](repeating: 0, count: 64 - bytes.count)
        #expect(plaintext(of: ControlPayload(.heard(heard))) == bytes + padding)
        #expect(records(in: bytes) == [.heard(heard)])
        // Longer records of newer programs are read as far as they are known.
        #expect(records(in: [10, 9, 3, 128, 7, 3, 232, 2, 1, 9, 9]) == [.heard(heard)])
    }

    /// The layout of protocol.md §2.4, byte by byte.
    @Test func rostersAreSpokenOfAsThePageSays() throws {
        let notice = RosterNotice(
            site: 0x0102_0304_0506_0708, counter: 9, size: 0x1234, text: 0xA1A2_A3A4_A5A6_A7A8)
        let text: [UInt8] = [0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8]
        let body: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8] + [0, 0, 0, 0, 0, 0, 0, 9] + [0x12, 0x34]
        let told: [UInt8] = [12, 26] + body + text
        #expect(Array(plaintext(of: ControlPayload(.roster(notice))).prefix(28)) == told)
        // A newer program may say more.
        #expect(records(in: [12, 28] + body + text + [6, 7]) == [.roster(notice)])
        var introducers = notice
        introducers.introduces = true
        let ending: [UInt8] = [1, 0]
        #expect(
            Array(plaintext(of: ControlPayload(.roster(introducers))).prefix(30))
                == [12, 27] + body + text + ending)
        #expect(records(in: [12, 27] + body + text + [1]) == [.roster(introducers)])
        #expect(records(in: [12, 25] + body + text.dropLast()) == nil)
        let question = RosterQuestion(text: notice.text, offset: 0x0130)
        let asked: [UInt8] = [13, 10] + text + [1, 0x30]
        #expect(Array(plaintext(of: ControlPayload(.rosterQuestion(question))).prefix(12)) == asked)
        #expect(records(in: asked) == [.rosterQuestion(question)])
        #expect(records(in: [13, 11] + text + [1, 0x30, 0]) == nil)
        let whole = (0..<100).map { UInt8($0) }
        for (offset, count) in [(UInt16(0), 48), (48, 48), (96, 4), (99, 1)] {
            let part = RosterPart(of: whole.span, at: offset, text: notice.text)
            let found = try #require(part)
            let wanted: [UInt8] =
                [14, UInt8(10 + count)] + text + [0, UInt8(offset)]
                + whole[Int(offset)..<Int(offset) + count]
            let made = Array(plaintext(of: ControlPayload(.rosterPart(found))).prefix(12 + count))
            #expect(made == wanted)
            #expect(records(in: wanted) == [.rosterPart(found)])
        }
        #expect(RosterPart(of: whole.span, at: 100, text: 1) == nil)
        let none: [UInt8] = [14, 10] + text + [0, 0]
        #expect(records(in: none) == nil)
        #expect(records(in: [14, 59] + text + [0, 0] + whole.prefix(49)) == nil)
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
            return RosterPart(of: text.span, at: offset, text: number(hex: fields["text"]))
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

    static func randomRecord(_ random: inout SplitMix64) -> ControlRecord {
        let mid = UInt32(truncatingIfNeeded: random.next())
        let id = CallID(high: random.next(), low: random.next())
        let short = UInt16(truncatingIfNeeded: random.next())
        let byte = UInt8(truncatingIfNeeded: random.next())
        switch random.next() % 24 {
        case 0: return .confirm(byte, boot: random.next())
        case 1:
            var list = Acknowledgement(mid)
            for _ in 0..<random.next() % 8 { list.append(mid &+ 1) }
            return .ack(list)
        case 2:
            return .report(
                Report(
                    stream: byte, highest: short, loss: byte &+ 1, burst: byte &+ 2,
                    jitter: short &+ 1, delay: short &+ 2, concealed: short &+ 3,
                    received: short &+ 4))
        case 3: return .pathChallenge(random.next())
        case 4: return .pathResponse(random.next())
        case 5: return .ping(mid)
        case 6: return .pong(mid)
        case 7: return .spurtEnd(SpurtEnd(stream: byte, last: short))
        case 8: return .close(CloseReason(rawValue: byte))
        case 9:
            return .offer(
                Offer(
                    mid: mid, id: id, mode: Offer.Mode(rawValue: byte),
                    priority: Priority(rawValue: byte &+ 1), ttl: short, age: byte &+ 2,
                    reference: random.next()))
        case 10: return .ringing(mid: mid, id)
        case 21:
            return .roster(
                RosterNotice(
                    site: random.next(), counter: random.next(), size: short, text: random.next()))
        case 22: return .rosterQuestion(RosterQuestion(text: random.next(), offset: short))
        case 23:
            let bytes = (0..<1 + random.next() % 48).map { UInt8($0) }
            guard let part = RosterPart(of: bytes.span, at: 0, text: random.next()) else {
                preconditionFailure("it has a byte")
            }
            return .rosterPart(part)
        case 19:
            return .heard(
                Heard(stream: byte, share: byte &+ 1, why: Unheard(rawValue: byte &+ 2)))
        case 20:
            let name = MemberName(high: id.low, low: id.high)
            return .member(
                CallMember(mid: mid, reference: random.next(), isIn: byte > 99, name: name))
        case 11:
            return .answer(
                Answer(mid: mid, id: id, isMicrophoneOpen: byte > 99, isHalfDuplex: short > 99))
        case 12: return .reject(CallEnd(mid: mid, id: id, cause: CallEnd.Cause(rawValue: short)))
        case 13: return .cancel(CallEnd(mid: mid, id: id, cause: CallEnd.Cause(rawValue: short)))
        case 14: return .bye(CallEnd(mid: mid, id: id, cause: CallEnd.Cause(rawValue: short)))
        case 15:
            return .stream(
                StreamBinding(
                    mid: mid, stream: byte, purpose: StreamBinding.Purpose(rawValue: byte &+ 1),
                    priority: Priority(rawValue: byte &+ 2), reference: random.next()))
        case 16:
            return .signal(
                Signal(
                    mid: mid, target: Signal.Target(rawValue: byte), reference: random.next(),
                    time: short))
        case 17:
            return .result(
                RequestResult(
                    mid: mid, request: ~mid, status: RequestResult.Status(rawValue: byte)))
        default: return .unknown(mid: mid, type: UInt8(26 + random.next() % 230))
        }
    }
}
