import Crypto
import Testing
import Wire

@testable import Peering

/// The handshake of the shared vectors, byte for byte.
@Suite struct HandshakeTranscriptTests {
    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func everyMessageHashAndKeyEqualsTheVectors(suite: Suite) throws {
        let vectors = try Vectors()
        let expected = vectors.handshake(suite)
        let initiator = Identity(
            secret: key(vectors.input("init_static")), bootID: 0x0102_0304_0506_0708)
        let responder = Identity(
            secret: key(vectors.input("resp_static")), bootID: 0x1112_1314_1516_1718)
        let psk = key(vectors.input("psk"))

        #expect(hex(initiator.capabilities.encoded.array) == hex(vectors.input("init_caps")))
        let start = SymmetricState(suite: suite, responder: responder.publicKey)
        #expect(hex(start.handshakeHash.array) == hex(bytes(hex: expected["h0"])))

        var m1 = HandshakeDatagram(count: HandshakeLayout.Initiation.size)
        var m1Bytes = m1.mutableBytes
        let theirs = ScriptedRandom([vectors.input("init_e"), vectors.input("kem_seed")])
        let first = Initiator(
            suite: suite, responder: responder.publicKey, mac: responder.mac,
            index: 0xA1A2_A3A4, target: host(2), tries: TryLimit(perSecond: 16),
            random: theirs.fill, writing: &m1Bytes)
        #expect(hex(array(m1.bytes)) == hex(bytes(hex: expected["m1"])))
        #expect(hex(first.transcript.handshakeHash.array) == hex(bytes(hex: expected["h1"])))

        var m2 = HandshakeDatagram(count: HandshakeLayout.Response.size)
        var m2Bytes = m2.mutableBytes
        let ours = ScriptedRandom([vectors.input("resp_e"), vectors.input("kem_m")])
        let initiationHeader = try header(array(m1.bytes))
        let second = try Responder.respond(
            to: m1.bytes, header: initiationHeader, suite: suite, own: responder,
            index: 0xB1B2_B3B4, random: ours.fill, writing: &m2Bytes)
        #expect(hex(array(m2.bytes)) == hex(bytes(hex: expected["m2"])))
        #expect(hex(second.transcript.handshakeHash.array) == hex(bytes(hex: expected["h2"])))

        var m3 = HandshakeDatagram(count: HandshakeLayout.Finish.size)
        var m3Bytes = m3.mutableBytes
        let responseHeader = try header(array(m2.bytes))
        let third = try first.finish(
            m2.bytes, header: responseHeader, own: initiator, psk: psk, mac: responder.mac,
            writing: &m3Bytes)
        #expect(hex(array(m3.bytes)) == hex(bytes(hex: expected["m3"])))
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
        #expect(hex(established.transcript.handshakeHash.array) == hex(bytes(hex: expected["h3"])))
        let keys = established.transcript.copy().transportKeys()
        let directions = expected["keys"] as? [String: [String: Any]] ?? [:]
        check(keys.initiatorToResponder, directions["i2r"] ?? [:])
        check(keys.responderToInitiator, directions["r2i"] ?? [:])
    }

    private func check(_ keys: borrowing DirectionKeys, _ expected: [String: Any]) {
        #expect(hex(array(keys.key.bytes)) == hex(bytes(hex: expected["key"])))
        #expect(hex(array(keys.headerKey.bytes)) == hex(bytes(hex: expected["hp"])))
        let iv = keys.iv
        #expect(hex(array(iv.span)) == hex(bytes(hex: expected["iv"])))
    }
}

extension InlineArray<32, UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
}

extension InlineArray<16, UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
}
