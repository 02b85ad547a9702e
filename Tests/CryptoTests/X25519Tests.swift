import Crypto
import Testing
import Vectors

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
        // Zero, one, two of order eight, p - 1, and p and p + 1 that reduce to the first two.
        let points = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        for point in points {
            #expect(shared(Key.random(), PublicKey(hex: point)) == nil, "\(point)")
        }
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedCaseAgrees() throws {
        var refused = 0
        try PublishedVectors.wycheproof("x25519_test") { _, test in
            let shared = shared(
                Key(hex: try #require(test.private)), PublicKey(hex: try #require(test.public)))
            let isRefused = test.flags.contains("ZeroSharedSecret")
            #expect(shared == (isRefused ? nil : test.shared), "case \(test.tcId)")
            if isRefused { refused += 1 }
            return true
        }
        #expect(refused > 0)
    }
}
