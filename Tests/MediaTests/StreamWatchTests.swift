import Testing
import Time

@testable import Media

@Suite struct StreamWatchTests {
    private var watch = StreamWatch()

    /// Looks every 5 ms up to, not including, a moment; returns when it was to be opened again.
    private mutating func looks(
        _ span: Range<Int>, every step: Int = 5, runs: Bool = true,
        moves: Bool = false
    ) -> [Int] {
        var found: [Int] = []
        for moment in stride(from: span.lowerBound, to: span.upperBound, by: step) {
            if moves { _ = watch.progressed() }
            if watch.update(at: at(moment), runs: runs) { found.append(moment) }
        }
        return found
    }

    @Test mutating func oneThatStandsIsOpenedAgainAfterHalfASecond() {
        #expect(looks(0..<100_000, moves: true) == [] && !watch.isStill)
        #expect(looks(100_000..<100_500) == [100_490])
        #expect(watch.isStill)
    }

    @Test mutating func aLoopThatOnlyItsTimerWakesSeesItWithinASecond() {
        #expect(looks(0..<1000, moves: true) == [])
        #expect(looks(1240..<2200, every: 250).first == 1490)
    }

    @Test mutating func inVainItIsOpenedLessAndLessOften() {
        _ = looks(0..<1000, moves: true)
        let found = looks(1000..<20_000)
        let waits = zip(found.dropFirst(), found).map { $0 - $1 }
        #expect(found.first == 1490)
        // Each opening begins with a first look, from which on time counts.
        #expect(waits.prefix(5) == [1005, 2005, 2005, 2005, 2005])
    }

    @Test mutating func aCardThatHasNeverMovedHasSixSecondsForItsFirstSound() {
        #expect(looks(0..<5_995) == [])
        _ = watch.progressed()
        // From then on it is watched as any other.
        #expect(looks(6_000..<6_600) == [6_490])

        watch = StreamWatch()
        #expect(looks(0..<20_000) == [6_000, 12_005, 18_010])
    }

    @Test mutating func aCardThatWasSlowToBeginHasTwiceAsLongAgain() {
        #expect(looks(0..<4_000) == [])
        #expect(looks(4_000..<5_000, moves: true) == [])
        // It hangs, which is seen at once, and is opened again.
        #expect(looks(5_000..<5_500) == [5_490])
        #expect(looks(5_500..<13_000) == [])
        #expect(looks(13_000..<14_000) == [13_735])
        // Another card is as unknown as the first one was.
        _ = watch.lose()
        #expect(looks(20_000..<30_000) == [26_000])
    }

    @Test mutating func oneThatMovedAgainOrBeginsAnewHasTheFirstPatience() {
        _ = looks(0..<10_000)
        let wasStill = watch.progressed()
        #expect(wasStill && !watch.isStill)
        #expect(watch.progressed() == false)
        #expect(looks(10_000..<10_600) == [10_495])
        _ = watch.progressed()
        _ = watch.ends()
        #expect(looks(11_000..<11_600) == [11_500])
    }

    @Test mutating func oneThatNeedNotRunMayStandForEver() {
        #expect(looks(0..<100_000, runs: false) == [])
        // Nor is what went before held against it.
        #expect(looks(100_000..<100_500) == [])
    }

    @Test mutating func aLoopThatWasHeldUpHasSeenNothing() {
        _ = looks(0..<100, moves: true)
        #expect(looks(60_000..<60_240) == [])
        #expect(looks(60_240..<60_500) == [60_245])
    }

    @Test mutating func oneThatWasTakenAlongIsSaidToMoveAgain() {
        _ = looks(0..<100, moves: true)
        watch.stands()
        #expect(watch.isStill)
        // It has as long as any to begin.
        #expect(looks(100..<590) == [])
        let wasStill = watch.progressed()
        #expect(wasStill && !watch.isStill)
    }

    @Test mutating func oneThatIsSuspendedIsNotOpenedAgain() {
        var news = 0
        for moment in stride(from: 0, to: 60_000, by: 5) {
            if watch.suspended() { news += 1 }
            #expect(looks(moment..<moment + 5) == [])
        }
        #expect(news == 1 && watch.isStill)
        #expect(watch.progressed() == true)
    }
}
