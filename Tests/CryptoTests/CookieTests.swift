import Crypto
import Testing
import Vectors

/// Cookies and their replies, by the shared vectors.
@Suite struct CookieTests {
    @Test(arguments: Suite.both) func theReplyHasTheBytesOfTheVectors(suite: Suite) throws {
        let handshake = vectors.handshake(suite)
        // The inputs: 192.0.2.17, port 5577.
        let source = [UInt8](hex: "00000000000000000000ffffc000021115c9")
        let cookie = Cookie(of: source.span, secret: secret)
        #expect(cookie.bytes.hex == handshake.cookie)

        let reply = [UInt8](hex: handshake.cookie_reply)
        let nonce = Array(reply[8..<24])
        let mac = Array([UInt8](hex: handshake.m1).suffix(8))
        let responder = PublicKey(hex: try #require(vectors.public["resp"]))
        let seal = CookieSeal(responder: responder)
        var sealed = [UInt8](repeating: 0, count: Cookie.size + AEAD.tagSize)
        var span = sealed.mutableSpan
        seal.seal(cookie, suite: suite, nonce: nonce.span, mac: mac.span, into: &span)
        #expect(sealed == Array(reply[24...]))
        #expect(seal.open(sealed.span, suite: suite, nonce: nonce.span, mac: mac.span) == cookie)

        // Another M1, another n, or another station.
        var other = mac
        other[7] ^= 1
        #expect(seal.open(sealed.span, suite: suite, nonce: nonce.span, mac: other.span) == nil)
        let noNonce = [UInt8](repeating: 0, count: 16)
        #expect(seal.open(sealed.span, suite: suite, nonce: noNonce.span, mac: mac.span) == nil)
        let stranger = CookieSeal(responder: PublicKey(hex: try #require(vectors.public["init"])))
        #expect(stranger.open(sealed.span, suite: suite, nonce: nonce.span, mac: mac.span) == nil)
    }

    @Test func anAddressOfIPv6HasTheCookieOfTheVectors() throws {
        // 2001:db8::17, port 40000.
        let source = [UInt8](hex: "20010db80000000000000000000000179c40")
        let cookie = Cookie(of: source.span, secret: secret)
        #expect(cookie.bytes.hex == vectors.cookie6)
    }

    private var secret: Key { Key { bytes in for i in bytes.indices { bytes[i] = 0x88 } } }
}
