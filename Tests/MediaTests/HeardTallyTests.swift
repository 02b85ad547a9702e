import Testing
import Time
import Wire

@testable import Media

@Suite struct HeardTallyTests {
    private var tally = HeardTally()
    private var total: UInt16 = 0

    /// Plays a block, all of which was decoded.
    private mutating func play(
        _ samples: Int, _ why: Unheard, at moment: Instant
    ) -> Bool {
        tally.played(
            samples, decoded: tally.decoded + UInt64(samples), why, at: moment)
    }

    private func heard(
        _ stream: UInt8, _ share: UInt8, _ why: Unheard, ms: UInt16, total: UInt16
    ) -> Heard {
        Heard(stream: stream, share: share, why: why, played: .init(ms: ms, total: total))
    }

    @Test mutating func whatIsHeardIsSaidToBeHeard() {
        tally.begin()
        let isNews = play(480, .heard, at: at(0))
        #expect(isNews)
        for block in 1..<100 {
            let isNews = play(480, .heard, at: at(10 * block))
            #expect(!isNews)
        }
        let all = tally.report(of: 3, total: &total)
        #expect(all == heard(3, 255, .heard, ms: 1_000, total: 1_000))
        tally.begin()
        #expect(play(480, .heard, at: at(1_000)) == true, "every talkspurt begins with news")
    }

    @Test mutating func aPartIsSaidAsAShareWithItsReasonAndOnce() {
        for block in 0..<100 {
            _ = play(480, block < 60 ? .heldDown : .heard, at: at(10 * block))
        }
        let part = tally.report(of: 0, total: &total)
        #expect(part == heard(0, 102, .heldDown, ms: 1_000, total: 1_000))
        for block in 100..<200 { _ = play(480, .heard, at: at(10 * block)) }
        let rest = tally.report(of: 0, total: &total)
        #expect(rest == heard(0, 255, .heard, ms: 1_000, total: 2_000))
    }

    @Test mutating func whereNothingWasPlayedSinceItIsAsItWas() {
        _ = play(480, .speakerMuted, at: at(0))
        _ = tally.report(of: 1, total: &total)
        #expect(tally.report(of: 1, total: &total) == heard(1, 0, .speakerMuted, ms: 0, total: 10))
    }

    @Test mutating func aChangeIsNewsAtOnceAndWhatFluttersIsNot() {
        tally.begin()
        var news: [Int] = []
        for ms in stride(from: 0, to: 1000, by: 10) {
            // Every 20 ms another.
            let why: Unheard = ms / 20 % 2 == 0 ? .heldDown : .heard
            if play(480, why, at: at(ms)) { news.append(ms) }
        }
        #expect(news.first == 0 && news.count <= 5)
        for (one, next) in zip(news, news.dropFirst()) { #expect(next - one >= 200) }
    }

    @Test mutating func whatFadedOutOfTheOneBeforeIsNotOfThisOne() {
        tally.begin()
        _ = play(480, .heard, at: at(0))
        _ = tally.report(of: 1, total: &total)
        // After its last report.
        _ = play(4_800, .heard, at: at(10))
        tally.begin()
        _ = play(48_000, .cardMuted, at: at(500))
        let found = tally.report(of: 1, total: &total)
        #expect(found == heard(1, 0, .cardMuted, ms: 1_100, total: 1_110))
    }

    @Test mutating func theLastReportIsSaidAgainTwice() {
        tally.begin()
        _ = play(48_000, .heard, at: at(0))
        #expect(tally.reportAgain(of: 2, total: total) == nil)
        tally.end()
        _ = tally.report(of: 2, total: &total)
        let again = heard(2, 255, .heard, ms: 0, total: 1_000)
        #expect((0..<3).map { _ in tally.reportAgain(of: 2, total: total) } == [again, again, nil])
        tally.end()
        tally.begin()
        #expect(tally.reportAgain(of: 2, total: total) == nil)
    }

    @Test mutating func whatWasInventedIsNotPlayed() {
        tally.begin()
        for block in 0..<100 {
            let decoded = UInt64(min(block, 40)) * 480
            _ = tally.played(480, decoded: decoded, .heard, at: at(10 * block))
        }
        #expect(tally.report(of: 0, total: &total).played?.ms == 400)
        #expect(!tally.hasPlayed)
        // What is no whole millisecond is told the next time.
        _ = tally.played(120, decoded: 19_200 + 120, .heard, at: at(1_000))
        #expect(tally.report(of: 0, total: &total).played?.ms == 2)
        _ = tally.played(120, decoded: 19_200 + 240, .heard, at: at(1_003))
        #expect(tally.report(of: 0, total: &total).played?.ms == 3)
        // A voice that began anew.
        _ = tally.played(480, decoded: 480, .heard, at: at(2_000))
        #expect(tally.report(of: 0, total: &total).played?.ms == 10)
    }
}
