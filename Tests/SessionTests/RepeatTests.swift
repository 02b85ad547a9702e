import Crypto
import Testing
import Time
import Vectors
import Wire

@testable import Peering

/// Repeated messages, and the bounds of tries and half-open handshakes.
@Suite struct RepeatTests {
    private let exchange = Exchange(.aesGCM)

    @Test func aRepeatedM1GetsTheSameM2ForFiveSeconds() throws {
        let m1 = exchange.m1()
        let m2 = try #require(exchange.m2(m1))
        exchange.wait(.milliseconds(4999))
        #expect(exchange.m2(m1) == m2)
        exchange.wait(.milliseconds(1))
        #expect(try #require(exchange.m2(m1)) != m2)
        #expect(exchange.responder.halfOpen.count == 1)
    }

    @Test func aRepeatedM3GetsConfirmForFiveSeconds() throws {
        let m3 = try exchange.reachM3()
        exchange.wait(.milliseconds(1000))
        #expect(exchange.finish(m3).count == 2)
        let index: UInt32 = 0xB1B2_B3B4
        exchange.responder.switched(peer: 0, index: index, at: exchange.now)
        _ = exchange.responder.fetch()
        exchange.wait(.milliseconds(4999))
        #expect(exchange.responder.receive(m3.span, from: host(9), at: exchange.now) == nil)
        // To where the repeat came from: the first one may have been a stranger's copy.
        let confirm: [UInt8] = [1, 0] + Array(0x11...0x18)
        #expect(exchange.responder.fetch() == [.send(peer: 0, index: index, confirm, to: host(9))])
        // The session stays where it was made.
        #expect(exchange.responder.state(of: 0)?.endpoint == Exchange.initiatorAt)
        var other = m3
        other[60] ^= 1
        #expect(exchange.refusedByResponder(exchange.signed(other)) == .repeated)
        exchange.wait(.milliseconds(1))
        #expect(exchange.refusedByResponder(m3) == .index)
    }

    /// Somebody's M1 with a forged source, and again from its own: there it gets an M2 of its own,
    /// and with that no session with the forged address.
    @Test func aRepeatFromElsewhereIsAHandshakeOfItsOwn() throws {
        let m1 = exchange.m1()
        _ = exchange.responder.receive(m1.span, from: host(9), at: exchange.now)
        let forged = try #require(exchange.responder.messages().first)
        let m2 = try #require(exchange.m2(m1))
        #expect(m2.hex != forged.hex)
        let m3 = try #require(exchange.m3(m2))
        #expect(place(exchange.finish(m3)) == Exchange.initiatorAt)
    }

    /// Where the session is that these actions make.
    private func place(_ actions: [Fetched]) -> Endpoint? {
        for case .install(_, _, _, let endpoint) in actions { return endpoint }
        return nil
    }

    /// Who got M2 is where M1 came from; M3 may say it comes from anywhere.
    @Test func theSessionIsWhereM1CameFrom() throws {
        let m1 = exchange.m1()
        let m2 = try #require(exchange.m2(m1))
        let m3 = try #require(exchange.m3(m2))
        // Nor does a repeat of M1 aim the session at somebody.
        _ = exchange.responder.receive(m1.span, from: host(9), at: exchange.now)
        _ = exchange.responder.fetch()
        _ = exchange.responder.receive(m3.span, from: host(9), at: exchange.now)
        let actions = exchange.responder.fetch()
        #expect(place(actions) == Exchange.initiatorAt)
        let confirm: [UInt8] = [1, 0] + Array(0x11...0x18)
        #expect(
            actions.contains(.send(peer: 0, index: 0xB1B2_B3B4, confirm, to: Exchange.initiatorAt)))
    }

    @Test func m3AfterFiveSecondsIsTooLate() throws {
        let m3 = try exchange.reachM3()
        exchange.wait(.seconds(5))
        #expect(exchange.refusedByResponder(m3) == .index)
        exchange.responder.tick(at: exchange.now)
        #expect(exchange.responder.halfOpen.count == 0)
    }

    @Test func aSecondM2ForTheSameM1IsDropped() throws {
        let m2 = try #require(exchange.m2(exchange.m1()))
        #expect(exchange.m3(m2) != nil)
        #expect(exchange.refusedByInitiator(m2) == .index)
    }

    @Test func noMoreThanSixteenM2AreTriedInASecond() throws {
        let m2 = try #require(exchange.m2(exchange.m1()))
        var bad = m2
        bad[100] ^= 1
        bad = exchange.signed(bad)
        for _ in 0..<16 {
            #expect(exchange.refusedByInitiator(bad) == .decrypt)
            exchange.wait(.milliseconds(10))
        }
        // The honest one is not read either; M1 is repeated, so that does not last.
        #expect(exchange.refusedByInitiator(bad) == .tries)
        #expect(exchange.refusedByInitiator(m2) == .tries)
        // A message without the mac costs nothing and does not count.
        var noise = m2
        noise[100] ^= 1
        #expect(exchange.refusedByInitiator(noise) == .mac)
        exchange.wait(.milliseconds(840))
        #expect(exchange.m3(m2) != nil)
    }

    @Test func noMoreThanSixteenM3AreTriedInASecond() throws {
        let m3 = try exchange.reachM3()
        var bad = m3
        bad[20] ^= 1
        bad = exchange.signed(bad)
        for _ in 0..<16 { #expect(exchange.refusedByResponder(bad) == .decrypt) }
        #expect(exchange.refusedByResponder(bad) == .tries)
        #expect(exchange.refusedByResponder(m3) == .tries)
        exchange.wait(.seconds(1))
        #expect(exchange.finish(m3).count == 2)
    }

    @Test func ofOneSourceTwoHandshakesWaitForM3() throws {
        let m1 = exchange.m1()
        let m2 = try #require(exchange.m2(m1))
        let m3 = try #require(exchange.m3(m2))
        for i in 1...3 {
            exchange.wait(.milliseconds(1))
            var other = m1
            other[7] = UInt8(i)
            let signed = exchange.signed(other)
            _ = exchange.responder.receive(
                signed.span, from: Exchange.initiatorAt, at: exchange.now)
            // The third, and more, are asked for a cookie: they may have been recorded.
            #expect(exchange.responder.messages().map { $0[0] } == [i == 1 ? 2 : 4])
            #expect(exchange.responder.halfOpen.count == 2)
        }
        #expect(exchange.responder.halfOpen.evictions == 0)
        #expect(exchange.finish(m3).count == 2)
        exchange.wait(.seconds(5))
        exchange.responder.tick(at: exchange.now)
        #expect(exchange.responder.halfOpen.count == 0)
        #expect(exchange.responder.halfOpen.deadline == nil)
    }

    @Test func anIndexIsAboveTheHandshakeTypesAndUnique() {
        let taken: [UInt8] = [0xA1, 0xA2, 0xA3, 0xA4]
        let psk = [UInt8](repeating: 1, count: 32)
        let random = ScriptedRandom([
            taken, psk, [UInt8](repeating: 2, count: 64),
            [0x0F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], taken, [0x10, 0, 0, 0],
        ])
        var table = PeerTable(identity: key(psk), bootID: 1, random: random.fill)
        let peer = X25519.publicKey(of: key([UInt8](repeating: 0x22, count: 32)))
        let start = Instant(nanoseconds: 0)
        table.add(publicKey: peer, psk: nil, suite: .aesGCM, at: start)
        table.setEndpoints([host(2)], of: 0, at: start)
        #expect(table.messages().first?[4..<8] == taken[...])
        #expect(table.newIndex() == 0x1000_0000)
    }
}
