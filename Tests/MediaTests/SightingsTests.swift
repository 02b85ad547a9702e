import HAL
import Testing
import Time

@testable import Media

@Suite struct SightingsTests {
    private func address(_ number: Int) throws -> SocketAddress {
        try #require(SocketAddress(host: "192.0.2.\(number)", port: 5577))
    }

    @Test func anAddressIsToldTenTimesASecond() throws {
        var sightings = Sightings()
        let told = try (0..<1000).filter { moment in
            let now = Instant(nanoseconds: Int64(moment) * 1_000_000)
            return try sightings.isNews(address(1), at: now)
        }
        #expect(told == Array(stride(from: 0, to: 1000, by: 100)))
    }

    @Test func manyAddressesAreNotToldOfMoreOften() throws {
        var sightings = Sightings()
        var told = 0
        for moment in 0..<1000 {
            let now = Instant(nanoseconds: Int64(moment) * 1_000_000)
            if try sightings.isNews(address(moment % 200), at: now) { told += 1 }
        }
        #expect(told == 40)
    }

    @Test func twoAddressesAreToldAtOnce() throws {
        var sightings = Sightings()
        let now = Instant(nanoseconds: 0)
        let first = try sightings.isNews(address(1), at: now)
        let second = try sightings.isNews(address(2), at: now)
        let again = try sightings.isNews(address(1), at: now)
        #expect(first && second && !again)
    }
}
