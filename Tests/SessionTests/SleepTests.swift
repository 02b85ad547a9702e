import Seeds
import Testing

@testable import Peering

/// The machine is suspended, which its clock does not count.
@Suite struct SleepTests {
    @Test func aLongSleepIsNoticedOnceAndShortOnesAreAddedUp() {
        var watch = SleepWatch(suspended: .seconds(100))
        let found = [100_600, 101_000, 101_000, 5_000_000, 4_999_000].map {
            watch.noticeSleep(suspended: .milliseconds($0))
        }
        #expect(found == [false, true, false, true, false])
    }

    @Test(arguments: testSeeds(10)) func whoWakesUpUsesNoKeyFromBefore(seed: UInt64) {
        let pair = Pair(seed: seed)
        pair.meet(within: 10)
        pair.network.run(for: .seconds(1))
        let before = pair.a.media[0].currentIndex
        let toB = pair.b.media[0].currentIndex
        var old = 0
        pair.network.tap = { bytes, from, _ in
            let index = bytes[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
            if from == host(1), index == toB { old += 1 }
        }
        pair.a.clearHappenings()
        pair.a.control { $0.wake(at: pair.network.now) }
        #expect(!pair.a.speak(1))
        #expect(pair.a.media[0].currentIndex == nil)
        #expect(pair.network.run(for: .milliseconds(500)) { pair.isConverged })
        #expect(pair.a.media[0].currentIndex != before)
        #expect(old == 0)
        #expect(pair.a.happenings == [.down(peer: 0), .up(peer: 0, newBoot: false)])
        #expect(pair.a.speak(2))
    }

    @Test func aHandshakeThatWasUnderWayIsNotGoneOnWith() {
        let pair = Pair(seed: 1)
        var isLate = false
        // M2 is on its way while a sleeps.
        pair.network.isLost = { bytes in bytes[0] == 2 && !isLate }
        pair.start()
        pair.network.run(for: .milliseconds(100))
        pair.a.control { $0.wake(at: pair.network.now) }
        isLate = true
        #expect(pair.network.run(for: .seconds(3)) { pair.isConverged })
    }
}
