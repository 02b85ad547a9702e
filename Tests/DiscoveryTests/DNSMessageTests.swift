import Seeds
import Testing
import VirtualTime

@testable import Peering

@Suite struct DNSMessageTests {
    /// "garage._intercomd._udp.local" announced by hand: a pointer back in each name.
    static let announced: [UInt8] = bytes(
        [0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0],
        // 12: _intercomd._udp.local PTR garage.<12>
        labels("_intercomd", "_udp", "local"), [0],
        [0, 12, 0, 1, 0, 0, 0, 120, 0, 9], labels("Garage"), [0xC0, 12],
        // 45 is the place of "garage".
        [0xC0, 45, 0, 33, 0x80, 1, 0, 0, 0, 120, 0, 11, 0, 0, 0, 0, 0x15, 0xC9],
        labels("ab"), [0xC0, 28],
        [0xC0, 45, 0, 16, 0, 1, 0, 0, 0, 120, 0, 4], labels("v=1"))

    @Test func recordsAreReadThroughPointersAndInLowerCase() throws {
        let found = try #require(message(Self.announced))
        let service = DNSName("_intercomd", "_udp", "local")
        let instance = DNSName(Array("garage".utf8), in: service)
        #expect(found.isResponse && !found.isTruncated && found.questions.isEmpty)
        #expect(found.answers == 3)
        #expect(
            found.records == [
                .init(name: service, kind: 12, timeToLive: 120, content: .pointer(instance)),
                .init(
                    name: instance, kind: 33, timeToLive: 120,
                    content: .service(port: 5577, host: DNSName("ab", "local"))),
                .init(name: instance, kind: 16, timeToLive: 120, content: .text(labels("v=1"))),
            ])
    }

    @Test(arguments: [0, 0x80])
    func aQuestionIsReadWhetherOrNotTheAnswerMayBeUnicast(unicast: UInt8) throws {
        let question = bytes(
            [0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0], labels("local"), [0, 0, 255, unicast, 1])
        let found = try #require(message(question))
        #expect(!found.isResponse && found.isTruncated)
        #expect(found.questions == [.init(name: DNSName("local"), kind: 255)])
    }

    @Test func aCutMessageIsNone() {
        for count in Self.announced.indices {
            #expect(message(Array(Self.announced[..<count])) == nil, "\(count) bytes")
        }
        // What follows a whole message is not looked at.
        #expect(message(Self.announced + [1, 2, 3]) != nil)
    }

    @Test(arguments: [(2, UInt8(0x08)), (2, 0x78), (3, 0x03), (3, 0x0F)])
    func anotherOpcodeOrResultIsNone(place: Int, bits: UInt8) {
        var bytes = Self.announced
        bytes[place] |= bits
        #expect(message(bytes) == nil)
    }

    @Test func moreThanFitsIntoTheBoundIsNotRead() {
        func questions(_ count: Int) -> [UInt8] {
            let one: [UInt8] = [0, 0, 12, 0, 1]
            return bytes(
                [0, 0, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, 0, 0, 0],
                (0..<count).flatMap { _ in one })
        }
        #expect(message(questions(64))?.questions.count == 64)
        #expect(message(questions(65)) == nil)
        // The four counts together, whose sum does not fit into 16 bits.
        #expect(message([0, 0] + [UInt8](repeating: 0xFF, count: 10)) == nil)
        #expect(message([0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)) == nil)
    }

    @Test func lengthsThatLieAreNone() {
        // The data of PTR and SRV must end where its length says, that of TXT within the message.
        for (place, value) in [(44, UInt8(8)), (44, 10), (65, 10), (65, 12), (88, 5)] {
            var bytes = Self.announced
            bytes[place] = value
            #expect(message(bytes) == nil, "\(place)")
        }
    }

    /// No bytes trap, take long, or make a message with more parts than there may be.
    @Test func anyBytesAreReadOrRefused() {
        var read = 0
        let seeds = testSeeds(10)
        for seed in seeds {
            let chance = Dice(seed: seed)
            for _ in 0..<10_000 {
                var bytes = Self.announced
                if chance.below(3) == 0 {
                    bytes = chance.lots.bytes(chance.below(300))
                } else {
                    for _ in 0...chance.below(8) {
                        bytes[chance.below(bytes.count)] = UInt8(chance.below(256))
                    }
                    bytes.removeLast(chance.below(3) == 0 ? chance.below(bytes.count) : 0)
                }
                guard let found = message(bytes) else { continue }
                read += 1
                #expect(found.questions.count + found.records.count <= DNSMessage.partsMax)
                let names = found.questions.map(\.name) + found.records.map(\.name)
                #expect(names.allSatisfy { $0.bytes.count <= DNSName.sizeMax })
            }
        }
        #expect(read > 1000 * seeds.count, "the test reaches what is behind the checks")
    }
}
