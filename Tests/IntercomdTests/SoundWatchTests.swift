import Realtime
import Testing
import Time

@testable import Intercomd
@testable import Media
@testable import Station

@Suite struct SoundWatchTests {
    private let rings: Rings
    private let start = Instant(nanoseconds: 0)

    init() throws { rings = try Rings() }

    @Test func thereIsALookWhileSomebodyWatches() {
        var watch = SoundWatch()
        #expect(!watch.look(isWatched: false, at: start) && watch.deadline == nil)
        #expect(watch.look(isWatched: true, at: start) == true)
        #expect(watch.deadline != nil)
        #expect(watch.look(isWatched: false, at: start + .milliseconds(50)) == false)
        #expect(watch.deadline == nil)
    }

    @Test func thereAreTwentyLooksASecondAndLateOnesAreNotMadeUpFor() {
        var watch = SoundWatch()
        var looks = 0
        for millisecond in 0..<1_000 {
            if watch.look(isWatched: true, at: start + .milliseconds(millisecond)) {
                looks += 1
            }
        }
        #expect((20...21).contains(looks))
        looks = 0
        for _ in 0..<10 {
            if watch.look(isWatched: true, at: start + .seconds(10)) { looks += 1 }
        }
        #expect(looks <= 2)
    }

    /// However often somebody asks.
    @Test func theLevelOfAClosedMicrophoneIsThatOfFiveTimesASecond() {
        var watch = SoundWatch()
        var seen: [UInt64] = []
        for millisecond in 0..<2_000 {
            rings.counters.set(.microphoneClips, to: UInt64(millisecond))
            watch.update(rings, at: start + .milliseconds(millisecond))
            if seen.last != watch.slow.clips { seen.append(watch.slow.clips) }
        }
        #expect(seen.count == 10)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $1 - $0 == 200 })
    }
}
