import Seeds
import Testing

@testable import Peering

/// Somebody between the two stations changes, swaps and relays what they say: they never pair then,
/// neither one alone.
@Suite struct PairingAttackTests {
    @Test func withoutAnAttackTheyPair() throws {
        let meeting = try Meeting(shown: "7K9M-QX2W", typed: "7k9mqx2w")
        meeting.run()
        guard case .paired(let office, let suite, let psk) = meeting.showingEnd,
            case .paired(let kitchen, suite, psk) = meeting.enteringEnd
        else {
            Issue.record("\(meeting.showingEnd), \(meeting.enteringEnd)")
            return
        }
        #expect(office.name == "office" && kitchen.name == "kitchen")
        #expect(meeting.messages.map { $0.count } == [1270, 1206, 131, 99])
    }

    @Test(arguments: [1, 2, 3, 4]) func eachByteOfEachMessageIsFlipped(message: Int) throws {
        let seed = testSeed()
        var chance = SplitMix64(seed: seed)
        let sizes = [1270, 1206, 131, 99]
        // Of the long parts, the key and the ciphertext of ML-KEM, one byte in 33, and one in three
        // of the others; all of them in a long run, as each takes a pairing.
        let part = [86..<1270, 86..<1174, 0..<0, 0..<0][message - 1]
        for place in 0..<sizes[message - 1]
        where isTried(place, oneIn: part.contains(place) ? 33 : 3) {
            let bit: UInt8 = 1 << (chance.next() % 8)
            let meeting = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2W")
            meeting.run { number, bytes in
                var bytes = bytes
                if number == message { bytes[place] ^= bit }
                return bytes
            }
            let isRefused = !meeting.hasPaired && meeting.showingEnd != .waits
            #expect(isRefused, "P\(message), byte \(place), bit \(bit), seed \(seed)")
        }
    }

    /// A message of another pairing with the same code, in place of this pairing's own.
    @Test(arguments: [1, 2, 3, 4]) func aMessageOfAnotherPairingWithTheSameCode(message: Int) throws
    {
        let other = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2W")
        other.run()
        let heard = other.messages
        var meeting = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2W")
        meeting.run { number, bytes in number == message ? heard[number - 1] : bytes }
        #expect(!meeting.hasPaired, "P\(message)")
        // All that one side has said, to the other: still none of it fits the answers.
        meeting = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2W")
        meeting.run { number, bytes in number % 2 == message % 2 ? heard[number - 1] : bytes }
        #expect(!meeting.hasPaired)
    }

    /// A station types the code of one window, and is led to another one.
    @Test func aRelayToAnotherWindowPairsNobody() throws {
        let meeting = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2V")
        meeting.run()
        #expect(meeting.enteringEnd == .failed(.refused(.code)))
        #expect(meeting.showingEnd == .failed(.wrongCode(left: 2)))
    }

    @Test(arguments: 1...4) func whatIsSentBackIsNoAnswer(message: Int) throws {
        let meeting = try Meeting(shown: "7K9M-QX2W", typed: "7K9M-QX2W")
        var last: [UInt8] = []
        meeting.run { number, bytes in
            defer { last = bytes }
            return number == message ? (number == 1 ? Array(bytes.reversed()) : last) : bytes
        }
        #expect(!meeting.hasPaired)
    }
}
