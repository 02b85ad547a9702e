import Crypto
import Testing
import Vectors
import Wire

@testable import Peering

/// The handshake of the shared vectors, byte for byte.
@Suite struct HandshakeTranscriptTests {
    @Test(arguments: Suite.both) func everyMessageHashAndKeyEqualsTheVectors(suite: Suite) throws {
        let expected = vectors.handshake(suite)
        let initiator = Identity(
            secret: key(vectors.bytes("init_static")), bootID: 0x0102_0304_0506_0708)
        let responder = Identity(
            secret: key(vectors.bytes("resp_static")), bootID: 0x1112_1314_1516_1718)
        let psk = key(vectors.bytes("psk"))

        #expect(initiator.capabilities.encoded.hex == vectors.bytes("init_caps").hex)
        let start = SymmetricState(suite: suite, responder: responder.publicKey)
        #expect(start.handshakeHash.hex == expected["h0"] as? String)

        var m1 = HandshakeDatagram(count: HandshakeLayout.Initiation.size)
        var m1Bytes = m1.mutableBytes
        let theirs = ScriptedRandom([vectors.bytes("init_e"), vectors.bytes("kem_seed")])
        let first = Initiator(
            suite: suite, responder: responder.publicKey, mac: responder.mac,
            index: 0xA1A2_A3A4, target: host(2), tries: TryLimit(perSecond: 16),
            random: theirs.fill, writing: &m1Bytes)
        #expect([UInt8](m1.bytes).hex == expected["m1"] as? String)
        #expect(first.transcript.handshakeHash.hex == expected["h1"] as? String)

        var m2 = HandshakeDatagram(count: HandshakeLayout.Response.size)
        var m2Bytes = m2.mutableBytes
        let ours = ScriptedRandom([vectors.bytes("resp_e"), vectors.bytes("kem_m")])
        let initiationHeader = try header([UInt8](m1.bytes))
        let second = try Responder.respond(
            to: m1.bytes, header: initiationHeader, suite: suite, own: responder,
            index: 0xB1B2_B3B4, random: ours.fill, writing: &m2Bytes)
        #expect([UInt8](m2.bytes).hex == expected["m2"] as? String)
        #expect(second.transcript.handshakeHash.hex == expected["h2"] as? String)

        var m3 = HandshakeDatagram(count: HandshakeLayout.Finish.size)
        var m3Bytes = m3.mutableBytes
        let responseHeader = try header([UInt8](m2.bytes))
        let third = try first.finish(
            m2.bytes, header: responseHeader, own: initiator, psk: psk, mac: responder.mac,
            writing: &m3Bytes)
        #expect([UInt8](m3.bytes).hex == expected["m3"] as? String)
        // Its boot id comes with CONFIRM(0).
        check(third, expected, bootID: 0)

        guard let claim = second.identify(m3.bytes) else {
            Issue.record("the identity in M3 did not open")
            return
        }
        #expect(claim.publicKey == initiator.publicKey)
        let fourth = try second.accept(claim, m3.bytes, psk: psk)
        check(fourth, expected, bootID: 0x0102_0304_0506_0708)
    }

    private func header(_ message: [UInt8]) throws -> HandshakeHeader {
        let header = HandshakeHeader(parsing: message.span)
        return try #require(header)
    }

    private func check(
        _ established: consuming Established, _ expected: [String: Any], bootID: UInt64
    ) {
        #expect(established.capabilities.bootID == bootID)
        #expect(established.transcript.handshakeHash.hex == expected["h3"] as? String)
        let keys = established.transcript.copy().transportKeys()
        let directions = expected["keys"] as? [String: [String: Any]] ?? [:]
        check(keys.initiatorToResponder, directions["i2r"] ?? [:])
        check(keys.responderToInitiator, directions["r2i"] ?? [:])
    }

    private func check(_ keys: borrowing DirectionKeys, _ expected: [String: Any]) {
        #expect([UInt8](keys.key.bytes).hex == expected["key"] as? String)
        #expect([UInt8](keys.headerKey.bytes).hex == expected["hp"] as? String)
        let iv = keys.iv
        #expect([UInt8](iv.span).hex == expected["iv"] as? String)
    }
}
