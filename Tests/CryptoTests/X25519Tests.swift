import Crypto
import Testing

@Suite struct X25519Tests {
    private func shared(_ secret: borrowing Key, _ point: PublicKey) -> String? {
        switch X25519.shared(secret, with: point) {
        case .some(let key): key.hex
        case .none: nil
        }
    }

    @Test func rfc7748IteratedMultiplication() throws {
        // §5.2: scalar and point feed each other.
        var scalar = "0900000000000000000000000000000000000000000000000000000000000000"
        var point = scalar
        for round in 1...1000 {
            let result = shared(Key(hex: scalar), PublicKey(hex: point))
            let product = try #require(result)
            (scalar, point) = (product, scalar)
            if round == 1 {
                #expect(
                    scalar == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
            }
        }
        #expect(scalar == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")
    }

    @Test func pointsOfLowOrderAreRefused() {
        // Zero, one, p - 1, and p and p + 1 that reduce to the first two.
        let points = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        for point in points {
            #expect(shared(Key.random(), PublicKey(hex: point)) == nil, "\(point)")
        }
    }

    @Test func bothSidesShareOneSecret() throws {
        let mine = Key.random()
        let yours = Key.random()
        let ours = shared(mine, X25519.publicKey(of: yours))
        let theirs = shared(yours, X25519.publicKey(of: mine))
        #expect(ours != nil)
        #expect(ours == theirs)
    }

    @Test func publicKeysOfTheVectors() throws {
        let vectors = try IntercomVectors.read()
        let keys = [
            (vectors.inputs.init_static, vectors.public["init"]),
            (vectors.inputs.resp_static, vectors.public["resp"]),
        ]
        for (secret, expected) in keys {
            #expect(X25519.publicKey(of: Key(hex: secret)).bytes.hex == expected)
        }
    }

    @Test func bitsThatClampingSetsDoNotMatter() {
        let secret = Key.random()
        let same = Key { bytes in
            for i in bytes.indices { bytes[i] = secret.bytes[i] }
            bytes[0] ^= 7
            bytes[31] ^= 0xC0
        }
        #expect(X25519.publicKey(of: secret) == X25519.publicKey(of: same))
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedCaseAgrees() throws {
        var tally = Tally()
        var refused = 0
        let files = try PublishedVectors.files("wycheproof", prefix: "x25519_test")
        #expect(!files.isEmpty)
        for file in files {
            for group in try PublishedVectors.read(file, as: Wycheproof.self).testGroups {
                for test in group.tests {
                    let shared = shared(
                        Key(hex: try #require(test.private)),
                        PublicKey(hex: try #require(test.public)))
                    if test.flags.contains("ZeroSharedSecret") {
                        #expect(shared == nil, "case \(test.tcId)")
                        refused += 1
                    } else {
                        #expect(shared == test.shared, "case \(test.tcId)")
                    }
                    tally.run()
                }
            }
        }
        #expect(refused > 0)
        tally.report("X25519, Wycheproof (\(refused) of low order refused)")
    }
}
