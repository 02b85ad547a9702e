import HAL
import Scene
import Seeds
import Testing
import Time

@testable import Media

@Suite struct SightingsTests {
    private func address(_ number: Int) throws -> SocketAddress {
        try #require(SocketAddress(host: "192.0.2.1", port: UInt16(1000 + number)))
    }

    @Test func anAddressIsToldTenTimesASecond() throws {
        var sightings = SourceAddresses()
        let told = try (0..<1000).filter { moment in
            let now = Instant(nanoseconds: Int64(moment) * 1_000_000)
            return try sightings.note(address(1), at: now)
        }
        #expect(told == Array(stride(from: 0, to: 1000, by: 100)))
    }

    @Test func ofAThousandAddressesFewAreTold() throws {
        var sightings = SourceAddresses()
        var random = SplitMix64(seed: 1)
        var told = 0
        for moment in 0..<1000 {
            let now = Instant(nanoseconds: Int64(moment) * 1_000_000)
            let isNews = try sightings.note(address(moment), at: now) {
                Int(random.next() % UInt64($0))
            }
            if isNews { told += 1 }
        }
        // In each tenth of a second 4, and 4/5 + 4/6 + ... + 4/100 by lot: 16.4.
        #expect((130...200).contains(told), "\(told)")
    }

    /// Somebody sends forty copies of each packet, each from another address and before the peer.
    @Test(arguments: [true, false]) func whoComesLastIsToldOfSoon(isByLot: Bool) throws {
        var times: [Int] = []
        // Without a lot, all are the same.
        for seed in UInt64(1)...(isByLot ? 100 : 1) {
            var random = SplitMix64(seed: seed)
            var sightings = SourceAddresses()
            let found = try stride(from: 0, to: 10_000, by: 20).first { moment in
                let now = Instant(nanoseconds: Int64(moment) * 1_000_000)
                let draw = { isByLot ? Int(random.next() % UInt64($0)) : $0 - 1 }
                for copy in 1...40 {
                    _ = try sightings.note(address(copy), at: now, draw: draw)
                }
                return try sightings.note(address(99), at: now, draw: draw)
            }
            times.append(found ?? .max)
        }
        times.sort()
        // First come, first told: never.
        guard isByLot else { return #expect(times[0] == .max) }
        #expect(times[49] <= 400 && times[94] <= 1500, "\(times)")
    }

    @Test func twoAddressesAreToldAtOnce() throws {
        var sightings = SourceAddresses()
        let now = Instant(nanoseconds: 0)
        let first = try sightings.note(address(1), at: now)
        let second = try sightings.note(address(2), at: now)
        let again = try sightings.note(address(1), at: now)
        #expect(first && second && !again)
    }
}
