import Crypto
import Testing
import Vectors

@testable import Peering

/// Which messages are accepted, by the shared vectors.
@Suite struct PeerTableReceiveTests {
    @Test(arguments: Suite.both) func aWholeHandshakeHasTheBytesOfTheVectors(suite: Suite) throws {
        let expected = vectors.handshake(suite)
        let exchange = Exchange(suite)
        let m1 = exchange.m1()
        #expect(m1.hex == expected["m1"] as? String)
        let m2 = exchange.m2(m1)
        let answer = try #require(m2)
        #expect(answer.hex == expected["m2"] as? String)
        _ = exchange.initiator.receive(answer.span, from: Exchange.responderAt, at: exchange.now)
        let sent = exchange.initiator.fetch()
        let m3 = bytes(hex: expected["m3"])
        #expect(
            sent == [
                .install(
                    peer: 0, index: 0xA1A2_A3A4, remote: 0xB1B2_B3B4,
                    endpoint: Exchange.responderAt),
                .transmit(m3, to: Exchange.responderAt),
            ])
        let received = exchange.finish(m3)
        let confirm: [UInt8] = [1, 0] + Array(0x11...0x18)
        #expect(
            received == [
                .install(
                    peer: 0, index: 0xB1B2_B3B4, remote: 0xA1A2_A3A4,
                    endpoint: Exchange.initiatorAt),
                .send(peer: 0, index: 0xB1B2_B3B4, confirm, to: Exchange.initiatorAt),
            ])
    }

    /// Why each message of the vectors is refused.
    private static let causes: [String: [String: Drop]] = [
        "m1": [
            "type 5": .header, "version 2": .header, "suite 3": .header, "flag bit 1": .header,
            "cookie flag, plain mac": .cookie, "index below 0x10": .header,
            "e_i zero": .lowOrder, "e_i low order (1)": .lowOrder,
            "e_i low order (p-1)": .lowOrder, "ek coefficient 3329": .modulus,
            "last ek coefficient 4095": .modulus, "mac": .mac, "one byte short": .length,
            "one byte long": .length,
        ],
        "m2": [
            "type 1": .length, "byte 3": .header, "sender index below 0x10": .header,
            "other receiver index": .index, "e_r zero": .lowOrder, "e_r changed": .decrypt,
            "ct changed": .decrypt, "caps changed": .decrypt, "mac": .mac,
            "one byte short": .length,
        ],
        "m3": [
            "other suite": .header, "other index": .index, "s_i changed": .decrypt,
            "caps changed": .psk, "mac": .mac,
        ],
    ]

    @Test(arguments: Suite.both)
    func everyMessageToRefuseIsRefusedAndTheHonestOnesAreNot(suite: Suite) throws {
        let other = Exchange(suite)
        try expectRefusals(suite, "m1", others: 0) { other.refusedByResponder($0) }
        #expect(other.responder.halfOpen.count == 0)
        #expect(other.finish(try other.reachM3()).count == 2)
        // Not on the same one, whose random numbers some of them have used up.
        let exchange = Exchange(suite)
        let m2 = try #require(exchange.m2(exchange.m1()))
        try expectRefusals(suite, "m2", others: 0) { exchange.refusedByInitiator($0) }
        let m3 = try #require(exchange.m3(m2))
        #expect(m3.hex == vectors.handshake(suite)["m3"] as? String)
        // Three are good, and refused for what the responder knows of its peer.
        try expectRefusals(suite, "m3", others: 3) { exchange.refusedByResponder($0) }
        #expect(exchange.finish(m3).count == 2)
    }

    private func expectRefusals(
        _ suite: Suite, _ step: String, others: Int, by receive: ([UInt8]) -> Drop?
    ) throws {
        let causes = try #require(Self.causes[step])
        let cases = vectors.refused(at: step, suite)
        #expect(cases.count == causes.count + others)
        var tried = 0
        for (why, message) in cases {
            guard let cause = causes[why] else { continue }
            tried += 1
            #expect(receive(message) == cause, "\(step): \(why)")
        }
        #expect(tried == causes.count)
    }

    @Test(arguments: Suite.both)
    func aGoodM3IsRefusedWhenThePeerRecordDiffers(suite: Suite) throws {
        let other: Suite = suite == .aesGCM ? .chaChaPoly : .aesGCM
        let psk = vectors.bytes("psk")
        let causes: [String: (Exchange.Record, Drop)] = [
            "psk of the responder differs": (
                .init(psk: [UInt8](repeating: 0, count: 32), suite: suite), .psk
            ),
            "key not known": (.init(psk: psk, suite: suite, isKnown: false), .unknownKey),
            "peer pinned to the other suite": (.init(psk: psk, suite: other), .wrongSuite),
        ]
        let cases = vectors.refused(at: "m3", suite)
        for (why, (record, cause)) in causes {
            let exchange = Exchange(suite, record: record)
            _ = exchange.m2(exchange.m1())
            let message = try #require(cases.first { $0.why == why }).message
            #expect(message.hex == vectors.handshake(suite)["m3"] as? String)
            #expect(exchange.refusedByResponder(message) == cause, "\(why)")
        }
    }

    @Test func whoDoesNotKnowTheResponderGetsNoAnswer() {
        let exchange = Exchange(.aesGCM)
        let stranger = HandshakeMAC(responder: exchange.initiator.publicKey)
        var m1 = exchange.m1()
        var span = m1.mutableSpan
        stranger.sign(&span)
        #expect(exchange.refusedByResponder(m1) == .mac)
        #expect(exchange.refusedByResponder([]) == .header)
    }
}
