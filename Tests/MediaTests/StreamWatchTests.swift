import Testing
import Time

@testable import Media

@Suite struct StreamWatchTests {
    /// Looks every 5 ms up to, not including, a moment; returns when it was to be opened again.
    func looks(
        _ watch: inout StreamWatch, _ span: Range<Int>, every step: Int = 5, runs: Bool = true,
        moves: Bool = false
    ) -> [Int] {
        var found: [Int] = []
        for moment in stride(from: span.lowerBound, to: span.upperBound, by: step) {
            if moves { _ = watch.progressed() }
            if watch.update(at: at(moment), runs: runs) { found.append(moment) }
        }
        return found
    }

    @Test func oneThatStandsIsOpenedAgainAfterHalfASecond() {
        var watch = StreamWatch()
        #expect(looks(&watch, 0..<100_000, moves: true) == [] && !watch.isStill)
        #expect(looks(&watch, 100_000..<100_500) == [100_490])
        #expect(watch.isStill)
    }

    @Test func aLoopThatOnlyItsTimerWakesSeesItWithinASecond() {
        var watch = StreamWatch()
        #expect(looks(&watch, 0..<1000, moves: true) == [])
        #expect(looks(&watch, 1240..<2200, every: 250).first == 1490)
    }

    @Test func inVainItIsOpenedLessAndLessOften() {
        var watch = StreamWatch()
        _ = looks(&watch, 0..<1000, moves: true)
        let found = looks(&watch, 1000..<20_000)
        let waits = zip(found.dropFirst(), found).map { $0 - $1 }
        #expect(found.first == 1490)
        // Each opening begins with a first look, from which on time counts.
        #expect(waits.prefix(5) == [1005, 2005, 2005, 2005, 2005])
    }

    @Test func aCardThatHasNeverMovedHasSixSecondsForItsFirstSound() {
        var watch = StreamWatch()
        #expect(looks(&watch, 0..<5_995) == [])
        _ = watch.progressed()
        // From then on it is watched as any other.
        #expect(looks(&watch, 6_000..<6_600) == [6_490])

        var dead = StreamWatch()
        #expect(looks(&dead, 0..<20_000) == [6_000, 12_005, 18_010])
    }

    @Test func aCardThatWasSlowToBeginHasTwiceAsLongAgain() {
        var watch = StreamWatch()
        #expect(looks(&watch, 0..<4_000) == [])
        #expect(looks(&watch, 4_000..<5_000, moves: true) == [])
        // It hangs, which is seen at once, and is opened again.
        #expect(looks(&watch, 5_000..<5_500) == [5_490])
        #expect(looks(&watch, 5_500..<13_000) == [])
        #expect(looks(&watch, 13_000..<14_000) == [13_735])
        // Another card is as unknown as the first one was.
        _ = watch.lose()
        #expect(looks(&watch, 20_000..<30_000) == [26_000])
    }

    @Test func oneThatMovedAgainOrBeginsAnewHasTheFirstPatience() {
        var watch = StreamWatch()
        _ = looks(&watch, 0..<10_000)
        let wasStill = watch.progressed()
        #expect(wasStill && !watch.isStill)
        let isNews = watch.progressed()
        #expect(!isNews)
        #expect(looks(&watch, 10_000..<10_600) == [10_495])
        _ = watch.progressed()
        _ = watch.ends()
        #expect(looks(&watch, 11_000..<11_600) == [11_500])
    }

    @Test func oneThatNeedNotRunMayStandForEver() {
        var watch = StreamWatch()
        #expect(looks(&watch, 0..<100_000, runs: false) == [])
        // Nor is what went before held against it.
        #expect(looks(&watch, 100_000..<100_500) == [])
    }

    @Test func aLoopThatWasHeldUpHasSeenNothing() {
        var watch = StreamWatch()
        _ = looks(&watch, 0..<100, moves: true)
        #expect(looks(&watch, 60_000..<60_240) == [])
        #expect(looks(&watch, 60_240..<60_500) == [60_245])
    }

    @Test func oneThatWasTakenAlongIsSaidToMoveAgain() {
        var watch = StreamWatch()
        _ = looks(&watch, 0..<100, moves: true)
        watch.stands()
        #expect(watch.isStill)
        // It has as long as any to begin.
        #expect(looks(&watch, 100..<590) == [])
        let wasStill = watch.progressed()
        #expect(wasStill && !watch.isStill)
    }

    @Test func oneThatIsSuspendedIsNotOpenedAgain() {
        var watch = StreamWatch()
        var news = 0
        for moment in stride(from: 0, to: 60_000, by: 5) {
            if watch.suspended() { news += 1 }
            #expect(looks(&watch, moment..<moment + 5) == [])
        }
        #expect(news == 1 && watch.isStill)
        let wasStill = watch.progressed()
        #expect(wasStill)
    }
}
