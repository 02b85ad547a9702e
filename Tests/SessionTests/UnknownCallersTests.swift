import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// There are few entries for unknown callers, and a flood from one host takes only one.
@Suite struct UnknownCallersTests {
    private var callers = UnknownCallers()

    private func caller(
        _ number: UInt8, at host: Endpoint, isProven: Bool = true, second: Int64 = 0
    ) -> UnknownCaller {
        UnknownCaller(
            publicKey: PublicKey(bytes: [UInt8](repeating: number, count: 32).span), source: host,
            isProven: isProven, calledAt: Instant(nanoseconds: second * 1_000_000_000))
    }

    private func keys(_ callers: UnknownCallers, second: Int64 = 0) -> [UInt8] {
        callers.list(at: Instant(nanoseconds: second * 1_000_000_000)).map {
            $0.publicKey.bytes[0]
        }
    }

    @Test mutating func theNewestAreFirstAndTheOldestGo() {
        for number in 1...6 { callers.add(caller(UInt8(number), at: host(UInt64(number)))) }
        #expect(keys(callers) == [6, 5, 4, 3])
        callers.add(caller(4, at: host(9), second: 1))
        #expect(keys(callers, second: 1) == [4, 6, 5, 3])
        callers.remove(PublicKey(bytes: [UInt8](repeating: 6, count: 32).span))
        #expect(keys(callers, second: 1) == [4, 5, 3])
        #expect(keys(callers, second: 600) == [4])
        #expect(keys(callers, second: 601) == [])
    }

    @Test mutating func oneHostWithManyKeysHasOnePlace() {
        callers.add(caller(1, at: host(1)))
        for number in 2...200 { callers.add(caller(UInt8(number), at: host(2))) }
        #expect(keys(callers) == [200, 1])
        // So does an IPv6 network, where a host has countless addresses.
        for number in 1...9 {
            let source = Endpoint(high: 0x2001_0db8_0000_0001, low: UInt64(number), port: 5577)
            callers.add(caller(UInt8(200 + number), at: source))
        }
        #expect(keys(callers) == [209, 200, 1])
    }

    @Test mutating func whoHasNotProvenItsKeyPushesNobodyOutWhoHas() {
        for number in 1...4 { callers.add(caller(UInt8(number), at: host(UInt64(number)))) }
        callers.add(caller(9, at: host(9), isProven: false))
        callers.add(caller(8, at: host(1), isProven: false))
        #expect(keys(callers) == [4, 3, 2, 1])
        callers.add(caller(7, at: host(7)))
        #expect(keys(callers) == [7, 4, 3, 2])
    }
}
