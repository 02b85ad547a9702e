import Crypto
import Seeds
import Testing

@testable import Peering

/// One bit flipped in each byte of each message, with the mac as it was and corrected: never a
/// session, nothing changed, and the honest message is accepted afterwards.
@Suite struct FlippedBitTests {
    private func flipped(_ message: [UInt8], at i: Int) -> [UInt8] {
        var message = message
        message[i] ^= 1 << UInt8(i % 8)
        return message
    }

    /// Each takes a handshake.
    ///
    /// Of the key and the ciphertext of ML-KEM, which follow, one byte in 22 is tried, and of the
    /// first 88 one in two; all of them in a long run.
    private func isTried(_ i: Int, _ suite: Suite) -> Bool {
        Seeds.isTried(i + Int(suite.rawValue), oneIn: i < 88 ? 2 : 22)
    }

    @Test(arguments: Suite.both) func aBitInM1GivesNoSession(suite: Suite) throws {
        let exchange = Exchange(suite)
        let m1 = exchange.m1()
        for i in m1.indices {
            #expect(exchange.refusedByResponder(flipped(m1, at: i)) != nil, "byte \(i)")
        }
        #expect(exchange.responder.halfOpen.count == 0)
        // An M1 with a correct mac may come from any station, and is answered; but the sender of
        // the honest M1 does not accept that answer.
        for i in m1.indices where i < 1224 && isTried(i, suite) {
            // So seldom that no cookie is asked for.
            exchange.wait(.seconds(3))
            let bad = exchange.signed(flipped(m1, at: i))
            _ = exchange.responder.receive(bad.span, from: Exchange.initiatorAt, at: exchange.now)
            let answers = exchange.responder.messages()
            #expect(answers.count <= 1)
            for answer in answers {
                #expect(exchange.refusedByInitiator(answer) != nil, "byte \(i)")
            }
        }
        exchange.wait(.seconds(5))
        let m2 = try #require(exchange.m2(m1))
        let m3 = try #require(exchange.m3(m2))
        #expect(exchange.finish(m3).count == 2)
    }

    @Test(arguments: Suite.both) func aBitInM2GivesNoSession(suite: Suite) throws {
        let exchange = Exchange(suite)
        let m2 = try #require(exchange.m2(exchange.m1()))
        for i in m2.indices {
            let drop = exchange.refusedByInitiator(flipped(m2, at: i))
            #expect(drop != nil, "byte \(i)")
        }
        for i in m2.indices where i < 1180 && isTried(i, suite) {
            exchange.wait(.milliseconds(100))
            let drop = exchange.refusedByInitiator(exchange.signed(flipped(m2, at: i)))
            #expect(drop != nil && drop != .tries && drop != .mac, "byte \(i)")
        }
        // The responder has forgotten it by now; the initiator has not, and accepts the answer.
        #expect(exchange.m3(m2) != nil)
    }

    @Test(arguments: Suite.both) func aBitInM3GivesNoSession(suite: Suite) throws {
        let exchange = Exchange(suite)
        let m3 = try exchange.reachM3()
        for i in m3.indices {
            let drop = exchange.refusedByResponder(flipped(m3, at: i))
            #expect(drop != nil, "byte \(i)")
        }
        for i in m3.indices where i < 88 && isTried(i, suite) {
            exchange.wait(.milliseconds(i % 2 == 0 ? 1 : 0))
            // Each on a responder that still allows tries.
            let fresh = Exchange(suite)
            let again = try #require(fresh.m2(fresh.m1()))
            _ = fresh.m3(again)
            let drop = fresh.refusedByResponder(fresh.signed(flipped(m3, at: i)))
            #expect(drop != nil && drop != .mac, "byte \(i)")
            #expect(fresh.finish(m3).count == 2, "byte \(i)")
        }
        #expect(exchange.finish(m3).count == 2)
    }
}
