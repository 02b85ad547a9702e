import Testing
import Time

@testable import Pairing

/// Somebody at work where two stations meet without a code.
@Suite struct MeetingAttackTests {
    private func meet(
        _ change: @escaping (Int, [UInt8]) -> [UInt8]? = { $1 }
    ) throws -> (MeetingLAN, MeetingBox, MeetingBox) {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        lan.change = change
        lan.hold(kitchen)
        lan.hold(garage)
        lan.run(until: 200)
        return (lan, kitchen, garage)
    }

    private func isNobodyPaired(_ one: MeetingBox, _ two: MeetingBox) -> Bool {
        one.paired == nil && two.paired == nil && one.outcomes.count == 1
            && two.outcomes.count == 1
    }

    @Test func withoutAnAttackTheyPair() throws {
        let (lan, kitchen, garage) = try meet()
        #expect(kitchen.paired == garage.card.publicKey)
        #expect(garage.paired == kitchen.card.publicKey)
        #expect(lan.messages.map(\.count) == [1270, 1206, 131, 99])
    }

    @Test(arguments: [1, 2, 3, 4]) func aChangedMessagePairsNobody(message: Int) throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var chance = SplitMix(seed)
        for _ in 0..<12 {
            let (place, bit) = (Int(chance.next() % 2000), UInt8(1 << (chance.next() % 8)))
            let (_, kitchen, garage) = try meet { number, bytes in
                var bytes = bytes
                if number == message { bytes[place % bytes.count] ^= bit }
                return bytes
            }
            #expect(isNobodyPaired(kitchen, garage), "P\(message), \(place), \(bit), seed \(seed)")
        }
    }

    @Test(arguments: [1, 2, 3, 4]) func aDroppedMessagePairsNobody(message: Int) throws {
        let (_, kitchen, garage) = try meet { number, bytes in number == message ? nil : bytes }
        #expect(isNobodyPaired(kitchen, garage))
    }

    @Test(arguments: [1, 2, 3, 4]) func aRepeatedMessagePairsNobody(message: Int) throws {
        let (heard, _, _) = try meet()
        let old = heard.messages
        let (_, kitchen, garage) = try meet { number, bytes in
            number == message ? old[number - 1] : bytes
        }
        #expect(isNobodyPaired(kitchen, garage))
        let (_, hall, shed) = try meet { number, bytes in
            number % 2 == message % 2 ? old[number - 1] : bytes
        }
        #expect(isNobodyPaired(hall, shed))
    }

    @Test(arguments: [2, 3, 4]) func aReflectedMessagePairsNobody(message: Int) throws {
        var last: [UInt8] = []
        let (_, kitchen, garage) = try meet { number, bytes in
            defer { last = bytes }
            return number == message ? last : bytes
        }
        #expect(isNobodyPaired(kitchen, garage))
    }

    /// The thief is where the other station seems to be, but has not the card that was promised.
    @Test func theNameOfAnotherStationIsOfNoUse() throws {
        for isFirst in [true, false] {
            let lan = MeetingLAN()
            let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
            let thief = try lan.add("thief")
            thief.isThief = true
            _ = thief.desk.show(.meeting(), as: thief.card, isAtScreen: false, at: lan.now)
            thief.isListening = true
            var copies = 0
            let copy = { [weak lan] (box: MeetingBox, bytes: [UInt8]) in
                guard box !== thief else { return }
                for other in [kitchen, garage] where other !== box {
                    lan?.inject(bytes, from: thief.address, to: other)
                    copies += 1
                }
            }
            if isFirst { lan.heard = copy } else { lan.delivered = copy }
            lan.hold(kitchen)
            lan.hold(garage)
            lan.run(until: 200)
            let keys = [kitchen, garage].compactMap(\.paired)
            #expect(copies > 0)
            if isFirst {
                #expect(lan.connections == 1 && keys == [], "\(kitchen.outcomes)")
                #expect(thief.paired == nil)
            } else {
                #expect(lan.connections == 1)
                #expect(keys == [garage.card.publicKey, kitchen.card.publicKey])
            }
        }
    }

    /// The stated risk: somebody who holds back what the two announce to each other, and meets each
    /// in the place of the other, is between them.
    @Test func whoKeepsTheTwoFromSeeingEachOtherIsInTheMiddle() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        let (left, right) = (try lan.add("garage"), try lan.add("kitchen"))
        let sides = [["1", "3"], ["2", "4"]]
        lan.isLost = { from, to in
            !sides.contains { $0.contains("\(from.number)") && $0.contains("\(to.number)") }
        }
        for box in [kitchen, garage, left, right] { lan.hold(box) }
        lan.run(until: 200)
        #expect(kitchen.paired == left.card.publicKey)
        #expect(garage.paired == right.card.publicKey)
    }

    /// The other stated risk: of two that are held more than a minute apart, each is alone.
    @Test func whoMeetsEachAloneIsInTheMiddle() throws {
        let lan = MeetingLAN()
        let (kitchen, garage) = (try lan.add("kitchen"), try lan.add("garage"))
        let (left, right) = (try lan.add("garage"), try lan.add("kitchen"))
        lan.hold(kitchen)
        lan.hold(left)
        lan.run(until: 70)
        lan.hold(garage)
        lan.hold(right)
        lan.run(until: 200)
        #expect(kitchen.paired == left.card.publicKey)
        #expect(garage.paired == right.card.publicKey)
    }

    /// A station that shows a code, characters or digits, and one that meets have other codes.
    @Test(arguments: ["7K9M-QX2W", "012345"]) func aMeetingAndACodeDoNotPair(code: String) throws {
        let suites = OfferedSuites(withAES: true)
        for isMeetingShown in [true, false] {
            var desk = PairingDesk(suites: suites, rounds: 1)
            let now = MeetingLAN.start
            _ = desk.show(
                isMeetingShown ? .meeting() : try PairingCode(typed: code), as: try card("kitchen"),
                isAtScreen: false, at: now)
            desk.enter(at: now)
            var side = EnteringSide(
                code: isMeetingShown ? try PairingCode(typed: code) : .meeting(), suites: suites,
                card: try card("garage"), rounds: 1)
            guard case .send(let second) = desk.take(side.first.span, at: now) else {
                Issue.record("no P2")
                return
            }
            #expect(Outcome(second, to: &side) == .fails(.code))
            guard case .wrongCode(left: 2)? = desk.left(isInOrder: false, at: now) else {
                Issue.record("it counts as a wrong code")
                return
            }
        }
    }

    @Test func theCodeOfMeetingsCannotBeTyped() throws {
        let code = PairingCode.meeting()
        let text = code.bytes.indices.map { code.bytes[$0] }
        #expect(throws: PairingCode.Fault.length(11, areDigits: false)) {
            _ = try PairingCode(typed: String(decoding: text, as: UTF8.self)).shown
        }
        let lengths = [PairingCode.random().bytes.count, PairingCode.randomDigits().bytes.count]
        #expect(!lengths.contains(text.count))
    }
}
