import Seeds
import Testing
import Time

@testable import Peering

@Suite struct TryLimitTests {
    @Test(arguments: testSeeds(50)) func inNoSecondAreThereMoreThanTheLimit(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let limit = 1 + Int(generator.next() % 16)
        var tries = TryLimit(perSecond: limit)
        var allowed: [Instant] = []
        var now = ms(0)
        for _ in 0..<2000 {
            now = now + .milliseconds(generator.next() % 40)
            if tries.allows(at: now) { allowed.append(now) }
        }
        #expect(allowed.count > limit)
        for (early, late) in zip(allowed, allowed.dropFirst(limit)) {
            #expect(late - early >= .seconds(1))
        }
    }
}
