import Crypto
import Testing
import Time

@testable import Peering

/// People are told of callers in vain: of none too often, and of all alike.
@Suite struct VainCallsTests {
    private var calls = VainCalls()

    private func call(_ number: UInt8, peer: Int? = nil) -> VainCall {
        VainCall(
            publicKey: PublicKey(bytes: [UInt8](repeating: number, count: 32).span),
            source: host(1), peer: peer)
    }

    private func second(_ number: Int64) -> Instant {
        Instant(nanoseconds: number * 1_000_000_000)
    }

    @Test mutating func aStationThatCallsAgainAndAgainIsToldOfEveryTenMinutes() {
        var told: [Int64] = []
        for now in 0..<1300 {
            calls.add(call(1), at: second(Int64(now)))
            if !calls.take().isEmpty { told.append(Int64(now)) }
        }
        #expect(told == [0, 600, 1200])
    }

    /// Anyone may try any number of keys.
    @Test mutating func strangersFillNoJournal() {
        var told = 0
        for now in 0..<2400 {
            let key = UInt8(now % 251)
            calls.add(call(key, peer: now.isMultiple(of: 2) ? 1 : nil), at: second(Int64(now)))
            let some = calls.take()
            #expect(some.count <= 1)
            told += some.count
        }
        #expect(told == 40)
    }

    @Test mutating func ofManyAtOnceTheFirstAreKept() {
        for number in 1...9 { calls.add(call(UInt8(number)), at: second(0)) }
        #expect(calls.take() == [call(1), call(2), call(3), call(4)])
        #expect(calls.take().isEmpty)
    }

    /// The time that telling takes must not say whose key it was.
    @Test(arguments: [nil, 3]) func aKeyOfAPeerCountsAsOneThatNobodyKnows(peer: Int?) {
        var calls = VainCalls()
        var told: [Int] = []
        for number in 0..<600 {
            calls.add(call(UInt8(number % 7), peer: peer), at: second(Int64(number * 10)))
            told.append(calls.take().count)
        }
        var others = VainCalls()
        for number in 0..<600 {
            others.add(call(UInt8(number % 7)), at: second(Int64(number * 10)))
            #expect(others.take().count == told[number])
        }
    }

    @Test mutating func whatWasForgottenIsToldAnewAndNotLate() {
        calls.add(call(1, peer: 4), at: second(0))
        calls.add(call(2), at: second(0))
        calls.forget(call(1).publicKey)
        #expect(calls.take() == [call(2)])
        calls.add(call(1), at: second(1))
        #expect(calls.take() == [call(1)])
    }

    /// Each of them is told of in the same way, and at no other time than when it is asked for.
    @Test(arguments: [true, false]) func aTableTellsOfEveryCaller(isKnown: Bool) throws {
        let none = [UInt8](repeating: 0, count: 32)
        for suite in Suite.both where isKnown || suite == .aesGCM {
            let exchange = Exchange(
                .aesGCM,
                record: .init(psk: none, suite: suite, isKnown: isKnown))
            #expect(exchange.refusedByResponder(try exchange.reachM3()) != nil)
            let key = exchange.initiator.publicKey
            let expected = VainCall(
                publicKey: key, source: Exchange.initiatorAt,
                peer: exchange.responder.peer(of: key))
            #expect(exchange.responder.vainCalls.take() == [expected])
            #expect((expected.peer != nil) == isKnown)
            #expect(exchange.responder.vainCalls.take().isEmpty)
        }
    }
}
