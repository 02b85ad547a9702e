import Seeds
import Testing
import VirtualTime

@testable import Peering

@Suite struct DNSWriterTests {
    @Test func aNameIsWrittenOutOnceAndThenPointedTo() {
        var writer = DNSWriter(questions: 3)
        writer.question(DNSName("a", "local"), 12)
        writer.question(DNSName("b", "local"), 12)
        writer.question(DNSName("a", "local"), 12)
        let expected = bytes(
            [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0], labels("a", "local"), [0, 0, 12, 0, 1],
            [1, 98, 0xC0, 14, 0, 12, 0, 1], [0xC0, 12, 0, 12, 0, 1])
        #expect(writer.bytes == expected)
    }

    @Test(arguments: testSeeds(50)) func whatIsWrittenIsReadAgain(seed: UInt64) throws {
        let chance = Dice(seed: seed)
        let names = (0..<6).map { _ in
            var name = DNSName("local")
            for _ in 0..<chance.below(4) {
                let letter = UInt8(ascii: "a") + UInt8(chance.below(3))
                name = DNSName([letter], in: name)
            }
            return name
        }
        var writer = DNSWriter(answers: names.count)
        for (name, other) in zip(names, names.reversed()) {
            writer.record(name, DNSMessage.Kind.pointer, timeToLive: 70_000) {
                $0.name(other)
            }
        }
        let found = try #require(message(writer.bytes))
        #expect(found.isResponse)
        let expected = zip(names, names.reversed()).map {
            DNSMessage.Record(name: $0, kind: 12, timeToLive: 70_000, content: .pointer($1))
        }
        #expect(found.records == expected)
    }
}
