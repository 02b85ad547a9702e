import Crypto
import Testing
import Vectors

@testable import Peering

@Suite struct KnownPairingTests {
    @Test func itIsThatOfTheVectors() throws {
        let vector = try PairingVector.file().pairing[1]
        var hash = SHA256()
        for part in [vector.p1, vector.p2, vector.p3, vector.p4, vector.psk] {
            hash.update([UInt8](hex: part).span)
        }
        let text = hash.finishText()
        #expect(KnownPairing.expected == text)
        #expect(KnownPairing.holds)
    }

    @Test func anotherCodeGivesNone() {
        #expect(KnownPairing.digest(typed: "012 346") == nil)
    }
}
