import Testing
import VirtualTime

@testable import Peering

@Suite struct SightingsTests {
    private var sightings = LANSightings()

    private let random = Dice(seed: 5)

    private mutating func saw(_ address: UInt64, mark: UInt64 = 1, at moment: Int64) -> Bool {
        sightings.saw(host(address), mark: mark, at: ms(moment), random: random.fill)
    }

    @Test mutating func anotherAddressOrAnotherBeaconIsNews() {
        #expect(saw(1, at: 0))
        #expect(!saw(1, at: 1))
        #expect(saw(1, mark: 2, at: 2))
        #expect(!saw(1, mark: 2, at: 3))
        #expect(saw(2, mark: 2, at: 4))
        #expect(sightings.addresses == [host(1), host(2)])
        // So is what had been forgotten.
        #expect(saw(1, mark: 2, at: 120_003))
    }

    @Test mutating func addressesAreForgottenAfterTwoMinutesButTheOneInUse() {
        _ = saw(1, at: 0)
        _ = saw(2, at: 0)
        sightings.expire(inUse: host(2), at: ms(119_999))
        #expect(sightings.addresses == [host(1), host(2)])
        sightings.expire(inUse: host(2), at: ms(120_000))
        #expect(sightings.addresses == [host(2)])
        sightings.expire(inUse: nil, at: ms(120_000))
        #expect(sightings.addresses.isEmpty)
    }

    /// A liar that is seen at hundreds of addresses does not keep the true one out for long.
    @Test mutating func ofManyAddressesFourAreKeptAtRandom() {
        var kept = 0
        for round in 0..<1000 {
            _ = saw(7, mark: UInt64(round), at: Int64(round) * 5)
            for lie in 0..<3 {
                _ = saw(100 + UInt64(round * 3 + lie), at: Int64(round) * 5)
            }
            #expect(sightings.addresses.count <= LANSightings.most)
            if sightings.addresses.contains(host(7)) { kept += 1 }
        }
        // Three quarters cubed are 42 of 100; each true beacon is itself in for a moment.
        #expect((350...500).contains(kept), "\(kept)")
    }

    @Test mutating func oneIsCalledInTwoSeconds() {
        var isCalled = sightings.call(host(1), at: ms(0))
        #expect(isCalled)
        #expect(sightings.next == host(1))
        sightings.called(at: ms(10))
        #expect(sightings.next == nil)
        isCalled = sightings.call(host(2), at: ms(2009))
        #expect(!isCalled)
        isCalled = sightings.call(host(2), at: ms(2010))
        #expect(isCalled)
        sightings.settle()
        #expect(sightings.next == nil)
    }
}
