import Crypto
import Testing
import Vectors
import Wire

@testable import Peering

/// When a cookie is asked for, what it is good for, and whom it protects (protocol.md §1.6).
@Suite struct CookieRuleTests {
    /// Another M1 like this one, of another sender.
    private func other(_ m1: [UInt8], _ number: Int) -> [UInt8] {
        var m1 = m1
        for i in 0..<3 { m1[5 + i] = UInt8(number >> (8 * i) & 0xFF) }
        return m1
    }

    /// M1 of strangers until cookies are asked for.
    private func load(_ exchange: Exchange, _ m1: [UInt8]) {
        for i in 1...11 {
            let bytes = exchange.signed(other(m1, i))
            _ = exchange.responder.receive(bytes.span, from: host(99), at: exchange.now)
        }
        _ = exchange.responder.fetch()
    }

    /// A station under load, and the M1 of its peer.
    private func loaded() -> (Exchange, m1: [UInt8]) {
        let exchange = Exchange(.aesGCM)
        let m1 = exchange.m1()
        load(exchange, m1)
        return (exchange, m1)
    }

    private func drop(_ exchange: Exchange, _ m1: [UInt8], from source: Endpoint) -> Drop? {
        exchange.responder.receive(m1.span, from: source, at: exchange.now)
    }

    private func answer(_ exchange: Exchange, _ m1: [UInt8], from source: Endpoint) -> [UInt8]? {
        _ = exchange.responder.receive(m1.span, from: source, at: exchange.now)
        return exchange.responder.messages().first
    }

    /// The M1 with the cookie of its source in its mac; nil when none was asked for.
    private func keyed(_ exchange: Exchange, _ m1: [UInt8], from source: Endpoint) -> [UInt8]? {
        guard let reply = answer(exchange, m1, from: source), reply[0] == 4 else { return nil }
        let seal = CookieSeal(responder: exchange.responder.publicKey)
        let sealed = Array(reply[24...])
        let (nonce, mac) = (Array(reply[8..<24]), Array(m1.suffix(8)))
        guard
            let cookie = seal.open(
                sealed.span, suite: exchange.suite, nonce: nonce.span, mac: mac.span)
        else { return nil }
        var m1 = m1
        m1[3] = 1
        var span = m1.mutableSpan
        HandshakeMAC(responder: exchange.responder.publicKey).sign(&span, cookie: cookie.bytes.span)
        return m1
    }

    @Test(arguments: Suite.both) func theReplyOfTheVectorsMakesOneMoreM1(suite: Suite) throws {
        let exchange = Exchange(suite)
        let expected = vectors.handshake(suite)
        let reply = bytes(hex: expected["cookie_reply"])
        #expect(exchange.refusedByInitiator(reply) == .cookie)
        let m1 = exchange.m1()
        #expect(m1.hex == expected["m1"] as? String)
        for place in [7, 8, 30, 55] {
            var bad = reply
            bad[place] ^= 1
            #expect(exchange.refusedByInitiator(bad) == .cookie, "byte \(place)")
        }
        let drop = exchange.initiator.receive(
            reply.span, from: Exchange.responderAt, at: exchange.now)
        #expect(drop == nil)
        let sent = exchange.initiator.messages()
        let again = try #require(sent.first)
        #expect(sent.count == 1)
        #expect(again[0..<4] == [1, 1, suite.rawValue, 1])
        #expect(again[4..<40] != m1[4..<40])
        let cookie = bytes(hex: expected["cookie"])
        let mac = HandshakeMAC(responder: exchange.responder.publicKey)
        #expect(mac.verify(again.span, cookie: cookie.span) == true)
        // Not to the same M1 again, and not to one that has a cookie.
        #expect(exchange.refusedByInitiator(reply) == .cookie)
    }

    @Test func anM1WithACookieGetsThroughAndOneWithoutDoesNot() throws {
        let (exchange, m1) = loaded()
        let reply = try #require(answer(exchange, m1, from: Exchange.initiatorAt))
        #expect(reply[0] == 4)
        _ = exchange.initiator.receive(reply.span, from: Exchange.responderAt, at: exchange.now)
        let again = try #require(exchange.initiator.messages().first)
        let m2 = try #require(answer(exchange, again, from: Exchange.initiatorAt))
        #expect(m2[0] == 2)
        let m3 = try #require(exchange.m3(m2))
        #expect(exchange.finish(m3).count == 2)
    }

    @Test func aCookieIsForItsSourceAndTwoToFourMinutes() throws {
        let (exchange, m1) = loaded()
        let good = try #require(keyed(exchange, exchange.signed(other(m1, 100)), from: host(7)))
        #expect(drop(exchange, good, from: host(8)) == .cookie)
        exchange.wait(.seconds(119))
        #expect(answer(exchange, good, from: host(7))?[0] == 2)

        load(exchange, m1)
        let former = try #require(keyed(exchange, exchange.signed(other(m1, 101)), from: host(7)))
        let late = try #require(keyed(exchange, exchange.signed(other(m1, 102)), from: host(7)))
        exchange.wait(.seconds(100))
        #expect(answer(exchange, former, from: host(7))?[0] == 2)
        exchange.wait(.seconds(60))
        #expect(drop(exchange, late, from: host(7)) == .cookie)
    }

    @Test func anM1WithACookieIsAnsweredOnce() throws {
        let (exchange, m1) = loaded()
        let good = try #require(keyed(exchange, exchange.signed(other(m1, 100)), from: host(7)))
        let m2 = try #require(answer(exchange, good, from: host(7)))
        // The same M2 for five seconds, four times a second at most.
        for _ in 0..<4 { #expect(answer(exchange, good, from: host(7)) == m2) }
        #expect(answer(exchange, good, from: host(7)) == nil)
        exchange.wait(.seconds(5))
        for _ in 0..<100 {
            #expect(drop(exchange, good, from: host(7)) == .repeated)
        }
        // So its sender's next one has a token.
        load(exchange, m1)
        let next = try #require(keyed(exchange, exchange.signed(other(m1, 101)), from: host(7)))
        #expect(answer(exchange, next, from: host(7))?[0] == 2)
    }

    @Test func aSourceHasFiveAnswersAndThenTwoASecond() throws {
        let (exchange, m1) = loaded()
        var answers = 0
        for i in 0..<100 {
            exchange.wait(.milliseconds(100))
            // Another port is no other source.
            let source = Endpoint(high: 0, low: host(7).low, port: UInt16(5000 + i))
            guard let good = keyed(exchange, exchange.signed(other(m1, 100 + i)), from: source)
            else { continue }
            if answer(exchange, good, from: source)?[0] == 2 { answers += 1 }
        }
        #expect((24...25).contains(answers))
        // A neighbour has its own.
        let good = try #require(keyed(exchange, exchange.signed(other(m1, 999)), from: host(8)))
        #expect(answer(exchange, good, from: host(8))?[0] == 2)
    }

    @Test func strangersWithCookiesNeitherPushOutAPeerNorUseUpItsTokens() throws {
        let exchange = Exchange(.aesGCM)
        exchange.responder.setEndpoints([Exchange.initiatorAt], of: 0, at: exchange.now)
        _ = exchange.responder.fetch()
        let m1 = exchange.m1()
        load(exchange, m1)
        let reply = try #require(answer(exchange, m1, from: Exchange.initiatorAt))
        _ = exchange.initiator.receive(reply.span, from: Exchange.responderAt, at: exchange.now)
        let again = try #require(exchange.initiator.messages().first)
        let m2 = try #require(answer(exchange, again, from: Exchange.initiatorAt))
        var answers = 0
        for i in 0..<600 {
            exchange.wait(.milliseconds(8))
            let source = host(1000 + UInt64(i))
            guard let good = keyed(exchange, exchange.signed(other(m1, 100 + i)), from: source)
            else { continue }
            if answer(exchange, good, from: source)?[0] == 2 { answers += 1 }
        }
        // 50 at once, and then 50 a second, although each has another address.
        #expect((200...300).contains(answers))
        #expect(exchange.responder.halfOpen.evictions > 100)
        #expect(exchange.responder.halfOpen.count <= 33)
        // An address of a peer has tokens of its own.
        let source = Exchange.initiatorAt
        let good = try #require(keyed(exchange, exchange.signed(other(m1, 9999)), from: source))
        #expect(answer(exchange, good, from: source)?[0] == 2)
        let m3 = try #require(exchange.m3(m2))
        #expect(exchange.finish(m3).count == 2)
    }

    @Test func aBurstThatEndsIsForgottenAfterFiveSeconds() {
        let (exchange, m1) = loaded()
        exchange.wait(.milliseconds(4990))
        #expect(answer(exchange, exchange.signed(other(m1, 200)), from: host(7))?[0] == 4)
        exchange.wait(.seconds(15))
        #expect(answer(exchange, exchange.signed(other(m1, 201)), from: host(7))?[0] == 2)
    }
}
