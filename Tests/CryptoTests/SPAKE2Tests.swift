import Testing
import Vectors

@testable import Crypto

@Suite struct SPAKE2Tests {
    /// The first vector of RFC 9382, Appendix B: P-256, SHA-256, with names.
    private let w = "2ee57912099d31560b3a44b1184b9b4866e904c49d12ac5042c97dca461b1a5f"
    private let x = "43dd0fd7215bdcb482879fca3220c6a968e66d70b1356cac18bb26c84a78d729"
    private let y = "dcb60106f276b02606d8ef0a328c02e4b629f84f89786af5befb0bc75b6e66be"
    private let pointA =
        "04a56fa807caaa53a4d28dbb9853b9815c61a411118a6fe516a8798434751470f9"
        + "010153ac33d0d5f2047ffdb1a3e42c9b4e6be662766e1eeb4116988ede5f912c"
    private let pointB =
        "0406557e482bd03097ad0cbaa5df82115460d951e3451962f1eaf4367a420676d0"
        + "9857ccbc522686c83d1852abfa8ed6e4a1155cf8f1543ceca528afb591a1e0b7"
    private let transcriptHash = "0e0672dc86f8e45565d338b0540abe6915bdf72e2b35b5c9e5663168e960a91b"

    private func side(_ role: SPAKE2.Role, _ scalar: String) throws -> SPAKE2 {
        guard let side = SPAKE2(role, password: Key(hex: w), scalar: Key(hex: scalar)) else {
            throw Unbegun()
        }
        return side
    }

    private struct Unbegun: Error {}

    @Test func theFirstVectorOfTheRFCIsReproduced() throws {
        let a = try side(.a, x)
        let b = try side(.b, y)
        #expect(a.share.hex == pointA)
        #expect(b.share.hex == pointB)
        #expect(transcript(a, b.share) == transcriptHash)
        #expect(transcript(b, a.share) == transcriptHash)
    }

    /// What a side makes of the other's share.
    private func transcript(_ side: borrowing SPAKE2, _ other: SPAKE2.Share) -> String? {
        guard let shared = side.shared(with: other.span) else { return nil }
        var hash = SHA256()
        shared.absorb(identityA: "server", identityB: "client", into: &hash)
        return hash.finish().hex
    }

    @Test func pointsThatAreNoneAreRefused() throws {
        let a = try side(.a, x)
        var off = [UInt8](hex: pointB)
        off[64] ^= 1
        let compressed = [2] + [UInt8](hex: pointB)[1...32]
        let points = [[], [0], [UInt8](repeating: 0, count: 65), off, compressed]
        for point in points {
            let isRefused = a.shared(with: point.span) == nil
            #expect(isRefused, "\(point.hex)")
        }
    }

    /// A share of w·N alone makes K the identity, which anybody could foretell.
    @Test func aShareThatMakesTheIdentityIsRefused() throws {
        let a = try side(.a, x)
        // 1·G + w·N, less the generator's point: by P256 itself, w·N = share of 1 less G.
        let curve = P256()
        let one = Key(hex: String(repeating: "0", count: 63) + "1")
        let generator = [UInt8](
            hex: "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                + "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
        let share = try side(.b, String(repeating: "0", count: 63) + "1").share
        // share − 1·G = w·N
        var masked = [UInt8](repeating: 0, count: 65)
        var room = masked.mutableSpan
        let isMade = curve.unmask(
            share.span, less: one, times: InlineArray { generator[$0] }, by: one, into: &room)
        #expect(isMade)
        let isRefused = a.shared(with: masked.span) == nil
        #expect(isRefused)
    }

    @Test func numbersOutOfRangeAreRefused() {
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
        let (none, most) = (String(repeating: "0", count: 64), String(repeating: "f", count: 64))
        for number in [none, order, most] {
            let isRefused = SPAKE2(.a, password: Key(hex: w), scalar: Key(hex: number)) == nil
            #expect(isRefused, "\(number)")
        }
    }

    @Test func aCodeIsStretchedAsTheVectorsSay() {
        let key = CodeKey.stretch(
            [UInt8]("7K9MQX2W" as StaticString).span,
            nonce: [UInt8](repeating: 0xA1, count: 16).span)
        #expect(key.hex == "8f5678646428356d27e401b636325ba60ced6d7c9918ed637ea1f25c9e81bde7")
    }
}
