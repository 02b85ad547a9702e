import Crypto
import Seeds
import Testing
import Time
import Wire

@testable import Peering

/// Floods of M1 that were recorded, by strangers who know nothing (protocol.md §1.6).
@Suite struct FloodTests {
    /// A house whose M1 were recorded, and the stranger that sends them again.
    final class House {
        let pair: Pair
        private(set) var recorded: [[UInt8]] = []
        private var sent = 0
        var sources: [Endpoint] = [host(200)]

        init(seed: UInt64) {
            pair = Pair(seed: seed)
            pair.network.tap = { [unowned self] bytes, _, to in
                if bytes[0] == 1, to == host(2) { recorded.append(bytes) }
            }
            // One M1 after another, while the station that they are for cannot answer.
            pair.a.start()
            pair.network.run(for: .seconds(400))
            pair.network.tap = { _, _, _ in }
            pair.meet(within: 40)
        }

        /// Sends so many a second from now on.
        func flood(perSecond: Int, for duration: Duration) {
            let end = pair.network.now + duration
            let gap = Duration.nanoseconds(1_000_000_000 / perSecond)
            func next() {
                guard pair.network.now < end else { return }
                let source = sources[sent % sources.count]
                pair.b.receive(recorded[sent % recorded.count], from: source)
                sent += 1
                pair.network.after(gap, next)
            }
            next()
        }
    }

    @Test(arguments: [1, 1000], testSeeds(4))
    func aPeerThatRestartsMeanwhileIsUpWithinTwoSeconds(sources: Int, seed: UInt64) {
        let house = House(seed: seed)
        let pair = house.pair
        house.sources = (0..<UInt64(sources)).map { host(1000 + $0) }
        house.flood(perSecond: 5000, for: .seconds(12))
        pair.network.run(for: .seconds(3))
        let before = pair.b.transmitted[2] ?? 0
        pair.a.start()
        #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
        pair.network.run(for: .seconds(7))
        #expect(pair.isConverged)
        // Of all M1 in ten seconds only those of the peer cost a key agreement.
        #expect(pair.b.transmitted[2] ?? 0 <= before + 2)
        #expect(pair.b.table.initiations > 40_000)
    }

    @Test(arguments: testSeeds(4))
    func theFloodedStationItselfComesUpWithinTwoSecondsOfItsStart(seed: UInt64) {
        let house = House(seed: seed)
        let pair = house.pair
        house.flood(perSecond: 5000, for: .seconds(6))
        pair.network.run(for: .seconds(3))
        pair.b.start()
        #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
    }

    /// From one source, and each from another, forged one: as many as there are places and more.
    @Test(arguments: [1, 70])
    func fewRecordedPacketsInABurstEndNoHandshakeUnderWay(sources: Int) {
        let house = House(seed: 1)
        let pair = house.pair
        pair.network.weather.delayMs = 150...150
        var bursts = 0
        // A burst whenever an M2 passes, so that it comes before the M3.
        pair.network.tap = { bytes, from, _ in
            guard bytes[0] == 2, from == host(2) else { return }
            bursts += 1
            for i in 0..<70 {
                let source = host(200 + UInt64(i % sources))
                pair.b.receive(house.recorded[i % house.recorded.count], from: source)
            }
        }
        for _ in 0..<12 {
            pair.a.start()
            #expect(pair.network.run(for: .seconds(4)) { pair.isConverged })
            pair.network.run(for: .seconds(3))
        }
        #expect(bursts >= 12)
        #expect(pair.b.table.evictions == 0)
    }

    /// From the address of the caller itself, with no packet dropped: each time its M1 is answered.
    @Test(arguments: [1, 2, 3, 5])
    func recordedPacketsFromTheCallersAddressEndNoHandshake(count: Int) {
        let house = House(seed: 1)
        let pair = house.pair
        pair.network.weather.delayMs = 50...50
        var next = 0
        var isSending = false
        pair.network.tap = { bytes, from, to in
            guard bytes[0] == 2, from == host(2), to == host(1), !isSending else { return }
            isSending = true
            defer { isSending = false }
            for _ in 0..<count {
                pair.b.receive(house.recorded[next % house.recorded.count], from: host(1))
                next += 1
            }
        }
        for _ in 0..<6 {
            pair.a.start()
            #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
            pair.network.run(for: .seconds(8))
        }
        #expect(next > 5)
    }

    @Test func underLoadAStrangerGetsCookiesAndNoM2() {
        let house = House(seed: 1)
        let pair = house.pair
        let before = pair.b.transmitted
        house.flood(perSecond: 1000, for: .seconds(10))
        pair.network.run(for: .seconds(10))
        #expect((pair.b.transmitted[2] ?? 0) - (before[2] ?? 0) <= 12)
        #expect(pair.b.transmitted[4] ?? 0 > 9900)
        #expect(pair.b.table.cookiesSent == UInt64(pair.b.transmitted[4] ?? 0))
        #expect(pair.b.table.initiations > 10_000)
        #expect(pair.b.isUnderLoad)
        #expect(pair.isConverged)
        pair.network.run(for: .seconds(6))
        #expect(!pair.b.isUnderLoad)
    }

    @Test func aFewRecordedM1ASecondCostLittleToo() {
        let house = House(seed: 1)
        let pair = house.pair
        let before = pair.b.transmitted[2] ?? 0
        // Never more than ten in a second: those that wait for M3 make the load.
        house.flood(perSecond: 9, for: .seconds(60))
        pair.network.run(for: .seconds(60))
        #expect((pair.b.transmitted[2] ?? 0) - before < 120)
        #expect(pair.isConverged)
    }
}
