import Crypto
import Testing
import Wire

@testable import Peering

@Suite struct PairingCardTests {
    @Test(arguments: ["a", "kitchen-2", String(repeating: "z", count: 31)])
    func aCardIsReadAsItWasWritten(name: String) throws {
        let card = try card(name)
        #expect(card.encoded.count == PairingCard.size)
        #expect(PairingCard(parsing: card.encoded.span) == card)
    }

    @Test(arguments: [
        "", "Kitchen", "küche", "a b", "a\u{1B}[2J", "a-name-of-thirty-two-characters-",
        "-", "--yes",
    ])
    func namesThatATerminalOrAFileCouldMistakeAreRefused(name: String) {
        let card = PairingCard(
            publicKey: X25519.publicKey(of: .random()), capabilities: Capabilities(bootID: 1),
            name: name)
        #expect(card == nil)
    }

    @Test func bytesThatNoStationSendsAreRefused() throws {
        let good = try card("hall").encoded
        var (long, padded, upper) = (good, good, good)
        long[48] = 32
        padded[79] = 1
        upper[49] = UInt8(ascii: "H")
        for bytes in [long, padded, upper, Array(good.dropLast()), good + [0]] {
            #expect(PairingCard(parsing: bytes.span) == nil)
        }
    }

    @Test func keysWithWhichNoSessionCanBeAreRefused() throws {
        let good = try card("hall").encoded
        let zeros = [UInt8](repeating: 0, count: 32)
        let one = [1] + zeros.dropLast()
        let prime = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        // The curve takes it for the good one.
        let second = good[..<31] + [good[31] | 0x80]
        for key in [zeros, one, prime, Array(second)] {
            let bytes = key + good[32...]
            #expect(PairingCard(parsing: bytes.span) == nil, "\(key)")
        }
    }
}
