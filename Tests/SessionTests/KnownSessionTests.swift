import Crypto
import Testing
import Vectors

@testable import Peering

@Suite struct KnownSessionTests {
    @Test(arguments: Suite.both) func itIsThatOfTheVectors(suite: Suite) throws {
        let handshake = vectors.handshake(suite)
        var hash = SHA256()
        for name in ["m1", "m2", "m3"] { hash.update(bytes(hex: handshake[name]).span) }
        let frames = try #require(vectors.root["frames"] as? [[String: Any]])
        for counter in 0...1 {
            for direction in ["i2r", "r2i"] {
                let frame = try #require(
                    frames.first {
                        $0["suite"] as? Int == Int(suite.rawValue)
                            && $0["dir"] as? String == direction && $0["ctr"] as? Int == counter
                    })
                hash.update(bytes(hex: frame["frame"]).span)
            }
        }
        let text = hash.finishText()
        #expect(KnownSession.expected(suite) == text)
        #expect(KnownSession.holds(suite))
    }

    @Test func aFrameThatIsNotOpenedIsNoticed() {
        #expect(KnownSession.digest(.aesGCM, flipped: 1) == nil)
        #expect(KnownSession.digest(.chaChaPoly, flipped: 1) == nil)
    }
}
