import Crypto
import Testing
import Vectors

@Suite struct HandshakeMACTests {
    @Test(arguments: Suite.both) func macsOfTheVectors(suite: Suite) throws {
        let mac = HandshakeMAC(responder: PublicKey(hex: try #require(vectors.public["resp"])))
        let handshake = vectors.handshake(suite)
        for text in [handshake.m1, handshake.m2, handshake.m3] {
            let datagram = [UInt8](hex: text)
            #expect(mac.verify(datagram.span) == true)
            var unsigned = Array(datagram.dropLast(8)) + [UInt8](repeating: 0, count: 8)
            var span = unsigned.mutableSpan
            mac.sign(&span)
            #expect(unsigned == datagram)
        }
    }

    @Test(arguments: Suite.both) func cookieKeyedMacOfTheVectors(suite: Suite) throws {
        let mac = HandshakeMAC(responder: PublicKey(hex: try #require(vectors.public["resp"])))
        let handshake = vectors.handshake(suite)
        let cookie = [UInt8](hex: handshake.cookie)
        let datagram =
            [UInt8](hex: handshake.m1_keyed_head)
            + [UInt8](hex: handshake.m1).dropFirst(8).dropLast(8)
            + [UInt8](hex: handshake.m1_keyed_mac)
        #expect(mac.verify(datagram.span, cookie: cookie.span) == true)
        #expect(mac.verify(datagram.span) == false)
        var signed = datagram
        for i in signed.count - 8..<signed.count { signed[i] = 0 }
        var span = signed.mutableSpan
        mac.sign(&span, cookie: cookie.span)
        #expect(signed == datagram)
    }

    @Test func datagramsShorterThanAMacAreRefused() {
        let mac = HandshakeMAC(responder: PublicKey(bytes: Key.random().bytes))
        for count in 0..<8 {
            #expect(mac.verify([UInt8](repeating: 0, count: count).span) == false)
        }
    }
}
