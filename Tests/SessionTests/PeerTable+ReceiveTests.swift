import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// Which messages are accepted, by the shared vectors.
@Suite struct PeerTableReceiveTests {
    let vectors: Vectors
    init() throws { vectors = try Vectors() }

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func aWholeHandshakeHasTheBytesOfTheVectors(suite: Suite) throws {
        let expected = vectors.handshake(suite)
        let exchange = Exchange(suite, vectors: vectors)
        let m1 = exchange.m1()
        #expect(hex(m1) == expected["m1"] as? String)
        let m2 = exchange.m2(m1)
        let answer = try #require(m2)
        #expect(hex(answer) == expected["m2"] as? String)
        _ = exchange.initiator.receive(
            answer.span, from: Exchange.responderAt, at: exchange.now)
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

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func everyM1ToRefuseIsRefusedAndTheHonestOneIsNot(suite: Suite) throws {
        let causes: [String: Drop] = [
            "type 5": .header, "version 2": .header, "suite 3": .header, "flag bit 1": .header,
            "cookie flag, plain mac": .cookie, "index below 0x10": .header,
            "e_i zero": .lowOrder, "e_i low order (1)": .lowOrder,
            "e_i low order (p-1)": .lowOrder, "ek coefficient 3329": .modulus,
            "last ek coefficient 4095": .modulus, "mac": .mac, "one byte short": .length,
            "one byte long": .length,
        ]
        let cases = vectors.refused(at: "m1", suite)
        #expect(cases.count == causes.count)
        let exchange = Exchange(suite, vectors: vectors)
        for (why, message) in cases {
            let drop = exchange.refusedByResponder(message)
            #expect(drop != nil && drop == causes[why], "\(why)")
            #expect(exchange.responder.halfOpen.count == 0, "\(why)")
        }
        expectSession(exchange)
    }

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func everyM2ToRefuseIsRefusedAndTheHonestOneIsNot(suite: Suite) throws {
        let causes: [String: Drop] = [
            "type 1": .length, "byte 3": .header, "sender index below 0x10": .header,
            "other receiver index": .index, "e_r zero": .lowOrder, "e_r changed": .decrypt,
            "ct changed": .decrypt, "caps changed": .decrypt, "mac": .mac,
            "one byte short": .length,
        ]
        let cases = vectors.refused(at: "m2", suite)
        #expect(cases.count == causes.count)
        let exchange = Exchange(suite, vectors: vectors)
        let m2 = exchange.m2(exchange.m1())
        for (why, message) in cases {
            let drop = exchange.refusedByInitiator(message)
            #expect(drop != nil && drop == causes[why], "\(why)")
        }
        let m3 = exchange.m3(try #require(m2))
        #expect(hex(m3 ?? []) == vectors.handshake(suite)["m3"] as? String)
    }

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func everyM3ToRefuseIsRefusedAndTheHonestOneIsNot(suite: Suite) throws {
        let causes: [String: Drop] = [
            "other suite": .header, "other index": .index, "s_i changed": .decrypt,
            "caps changed": .psk, "mac": .mac,
        ]
        let cases = vectors.refused(at: "m3", suite)
        #expect(cases.count == causes.count + 3)
        let exchange = Exchange(suite, vectors: vectors)
        let m2 = try #require(exchange.m2(exchange.m1()))
        let m3 = exchange.m3(m2)
        for (why, message) in cases where causes[why] != nil {
            let drop = exchange.refusedByResponder(message)
            #expect(drop != nil && drop == causes[why], "\(why)")
        }
        let made = exchange.finish(try #require(m3))
        #expect(made.count == 2)
    }

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func aGoodM3IsRefusedWhenThePeerRecordDiffers(suite: Suite) throws {
        let other: Suite = suite == .aesGCM ? .chaChaPoly : .aesGCM
        let psk = vectors.input("psk")
        let causes: [String: (Exchange.Record, Drop)] = [
            "psk of the responder differs": (
                .init(psk: [UInt8](repeating: 0, count: 32), suite: suite), .psk
            ),
            "key not known": (
                .init(psk: psk, suite: suite, isKnown: false), .unknownKey
            ),
            "peer pinned to the other suite": (
                .init(psk: psk, suite: other), .wrongSuite
            ),
        ]
        let cases = vectors.refused(at: "m3", suite)
        for (why, (record, cause)) in causes {
            let exchange = Exchange(suite, vectors: vectors, record: record)
            _ = exchange.m2(exchange.m1())
            let message = try #require(cases.first { $0.why == why }).message
            #expect(hex(message) == vectors.handshake(suite)["m3"] as? String)
            let drop = exchange.refusedByResponder(message)
            #expect(drop == cause, "\(why)")
        }
    }

    @Test func lowOrderPointsAreRefused() throws {
        let points = [
            String(repeating: "00", count: 32), "01" + String(repeating: "00", count: 31),
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ec" + String(repeating: "ff", count: 30) + "7f",
            "ed" + String(repeating: "ff", count: 30) + "7f",
            "ee" + String(repeating: "ff", count: 30) + "7f",
        ]
        let exchange = Exchange(.aesGCM, vectors: vectors)
        let m1 = exchange.m1()
        for point in points {
            var bad = m1
            bad.replaceSubrange(8..<40, with: bytes(hex: point))
            let drop = exchange.refusedByResponder(exchange.signed(bad))
            #expect(drop == .lowOrder, "\(point)")
        }
        let m2 = try #require(exchange.m2(m1))
        for point in points {
            var bad = m2
            bad.replaceSubrange(12..<44, with: bytes(hex: point))
            let drop = exchange.refusedByInitiator(exchange.signed(bad))
            #expect(drop == .lowOrder, "\(point)")
        }
        let m3 = exchange.m3(m2)
        let made = exchange.finish(try #require(m3))
        #expect(made.count == 2)
    }

    @Test func whoDoesNotKnowTheResponderGetsNoAnswer() {
        let exchange = Exchange(.aesGCM, vectors: vectors)
        let stranger = HandshakeMAC(responder: exchange.initiator.publicKey)
        var m1 = exchange.m1()
        var span = m1.mutableSpan
        stranger.sign(&span)
        #expect(exchange.refusedByResponder(m1) == .mac)
        #expect(exchange.refusedByResponder([]) == .header)
        for type in UInt8(0)..<16 {
            for size in [1, 56, 95, 96, 97, 1188, 1231, 1232, 1233] {
                let noise = [type] + [UInt8](repeating: 0x5A, count: size - 1)
                #expect(exchange.refusedByResponder(noise) != nil)
            }
        }
    }

    /// Carries an honest handshake through.
    private func expectSession(_ exchange: Exchange) {
        guard let m2 = exchange.m2(exchange.m1()), let m3 = exchange.m3(m2) else {
            Issue.record("the honest handshake was refused")
            return
        }
        let made = exchange.finish(m3)
        #expect(made.count == 2)
    }
}
