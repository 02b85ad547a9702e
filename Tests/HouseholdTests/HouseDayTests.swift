import Testing

@testable import Household

@Suite struct HouseDayTests {
    /// Two days; `tools/random-stations` lives a hundred, or ten thousand.
    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func stationsKeepTheirRulesAndComeToRest(seed: UInt64) {
        let broken = HouseDay(seed: seed).live()
        #expect(broken == nil, "random day of stations, seed \(seed)")
    }

    /// `tools/random-stations --adversary` lives forty, or ten thousand.
    @Test(arguments: 1...1 as ClosedRange<UInt64>)
    func nothingIsActedOnLateOrTwiceWhoeverHoldsPackets(seed: UInt64) {
        let broken = AdversaryDay(seed: seed).live()
        #expect(broken == nil, "days with an adversary, seed \(seed)")
    }

    /// A seed that fails must fail again.
    @Test func aDayIsTheSameEachTime() {
        let days = (0..<2).map { _ in HouseDay(seed: 7) }
        for day in days { _ = day.live() }
        #expect(days[0].totals == days[1].totals)
        #expect(days[0].totals.counts[.talks, default: 0] > 0)
    }
}
