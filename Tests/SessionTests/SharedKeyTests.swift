import Crypto
import Seeds
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// A third station tells two stations with one key apart; one that moves or restarts does not count
/// as two.
@Suite struct SharedKeyTests {
    @Test func aCopiedCardIsToldByTheThirdStation() throws {
        let pair = Pair(seed: 1)
        let copy = SimulatedStation(pair.network, at: host(3), secret: pair.b.secret)
        copy.peers = pair.b.peers
        pair.meet()
        copy.start()
        pair.network.run(for: .seconds(10))
        // So far it may have started again at another address.
        #expect(pair.a.sharedKey() == nil)
        #expect(pair.network.run(for: .seconds(180)) { pair.a.sharedKey() != nil })
        let shared = try #require(pair.a.sharedKey())
        #expect(Set([shared.endpoints.0, shared.endpoints.1]) == [host(2), host(3)])
        // Both that have the key are told, each when its turn comes; the one that tells is not.
        let both = [pair.b, copy]
        let areTold = pair.network.run(for: .seconds(180)) {
            both.allSatisfy { $0.isToldOfACopy }
        }
        #expect(areTold)
        #expect(!pair.a.isToldOfACopy)
        // Long after the copy is gone the report ends, and what was told of it.
        copy.stop()
        pair.network.run(for: .seconds(700))
        #expect(pair.a.isUp())
        #expect(pair.a.sharedKey() == nil)
        pair.network.run(for: .seconds(700))
        #expect(!pair.b.isToldOfACopy)
    }

    /// One of the two has got a key of its own, and calls with it.
    @Test func aCopyWithAnotherKeyIsNoneAnyMore() {
        let pair = Pair(seed: 3)
        let copy = SimulatedStation(pair.network, at: host(3), secret: pair.b.secret)
        let heir = SimulatedStation(
            pair.network, at: host(3), secret: [UInt8](repeating: 9, count: 32))
        pair.a.peers.append(.init(publicKey: heir.publicKey, psk: Pair.psk))
        (copy.peers, heir.peers) = (pair.b.peers, pair.b.peers)
        pair.meet()
        copy.start()
        #expect(pair.network.run(for: .seconds(190)) { pair.a.sharedKey() != nil })
        copy.stop()
        heir.start()
        #expect(pair.network.run(for: .seconds(60)) { pair.a.isUp(1) })
        #expect(pair.a.sharedKey() == nil)
        // The one that keeps the key is told of no other any more: a session without the word comes
        // at once, and the next one two minutes later.
        pair.network.run(for: .seconds(130))
        #expect(pair.a.isUp() && !pair.b.isToldOfACopy)
    }

    @Test func aReportEndsWithTheSecondSessionWithoutIt() throws {
        var signs = OwnKeySigns()
        let now = Instant(nanoseconds: 0)
        // Its word may come before the session counts as used, and after.
        signs.reported(by: 3, on: 1, at: now)
        signs.used(1, of: 3, at: host(2))
        signs.used(2, of: 3, at: host(2))
        #expect(signs.isReported(by: 3, at: now))
        signs.reported(by: 3, on: 2, at: now)
        signs.used(3, of: 3, at: host(2))
        signs.used(9, of: 4, at: host(4))
        #expect(signs.isReported(by: 3, at: now))
        signs.used(4, of: 3, at: host(2))
        #expect(!signs.isReported(by: 3, at: now))
    }

    @Test(arguments: testSeeds(5)) func aStationThatMovesAndRestartsIsNotTwo(seed: UInt64) {
        let pair = Pair(seed: seed)
        pair.start()
        for round in 0..<20 {
            pair.network.run(for: .seconds(Int64(pair.network.random(40)) + 3))
            switch pair.network.random(3) {
            case 0: pair.b.start()
            case 1: pair.b.move(to: host(round % 2 == 0 ? 3 : 2))
            default:
                pair.b.stop()
                pair.b.move(to: host(round % 2 == 0 ? 2 : 3))
                pair.b.start()
            }
            #expect(pair.a.sharedKey() == nil)
            #expect(!pair.b.isToldOfACopy)
        }
    }

    @Test func aCallWithOurOwnKeyIsToldAndIsNoUnknownCaller() throws {
        let exchange = Exchange(.aesGCM)
        let secret = vectors.bytes("resp_static")
        let own = exchange.responder.publicKey
        let mac = HandshakeMAC(responder: own)
        var message = [UInt8](repeating: 0, count: 1232)
        var span = message.mutableSpan
        let random = Dice(seed: 1)
        let initiator = Initiator(
            suite: .aesGCM, responder: own, mac: mac, index: 0x2000_0001,
            target: host(2), tries: TryLimit(perSecond: 16), random: random.fill, writing: &span)
        let m2 = try #require(exchange.m2(message))
        let parsed = HandshakeHeader(parsing: m2.span)
        let header = try #require(parsed)
        var finish = [UInt8](repeating: 0, count: 96)
        var room = finish.mutableSpan
        let identity = Identity(secret: key(secret), bootID: 7)
        _ = try initiator.finish(
            m2.span, header: header, own: identity, psk: Key.zero(), mac: mac, writing: &room)
        #expect(exchange.refusedByResponder(finish) == .unknownKey)
        let caller = exchange.responder.ownKeySigns.caller(at: exchange.now)
        #expect(caller?.source == Exchange.initiatorAt)
        #expect(caller?.isProven == true)
        #expect(exchange.responder.unknownCallers(at: exchange.now).isEmpty)
        exchange.wait(.seconds(601))
        #expect(exchange.responder.ownKeySigns.caller(at: exchange.now) == nil)
        // The key is public: a station that claims it without its secret has copied nothing.
        exchange.responder.note(
            UnknownCaller(
                publicKey: own, source: Exchange.initiatorAt, isProven: false,
                calledAt: exchange.now))
        #expect(exchange.responder.ownKeySigns.caller(at: exchange.now) == nil)
        #expect(exchange.responder.unknownCallers(at: exchange.now).isEmpty)
    }
}
