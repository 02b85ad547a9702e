import Testing
import Time
import Wire

@testable import Intercomd

@Suite struct HeardTallyTests {
    private func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    @Test func whatIsHeardIsSaidToBeHeard() {
        var tally = HeardTally()
        tally.begin()
        let isNews = tally.played(480, .heard, at: at(0))
        #expect(isNews)
        for block in 1..<100 {
            let isNews = tally.played(480, .heard, at: at(10 * block))
            #expect(!isNews)
        }
        #expect(tally.report(of: 3) == Heard(stream: 3, share: 255, why: .heard))
    }

    @Test func aPartIsSaidAsAShareWithItsReasonAndOnce() {
        var tally = HeardTally()
        for block in 0..<100 {
            _ = tally.played(480, block < 60 ? .heldDown : .heard, at: at(10 * block))
        }
        #expect(tally.report(of: 0) == Heard(stream: 0, share: 102, why: .heldDown))
        for block in 100..<200 { _ = tally.played(480, .heard, at: at(10 * block)) }
        #expect(tally.report(of: 0) == Heard(stream: 0, share: 255, why: .heard))
    }

    @Test func whereNothingWasPlayedSinceItIsAsItWas() {
        var tally = HeardTally()
        _ = tally.played(480, .speakerMuted, at: at(0))
        _ = tally.report(of: 1)
        #expect(tally.report(of: 1) == Heard(stream: 1, share: 0, why: .speakerMuted))
    }

    @Test func aChangeIsNewsAtOnceAndWhatFluttersIsNot() {
        var tally = HeardTally()
        tally.begin()
        var news: [Int] = []
        for ms in stride(from: 0, to: 1000, by: 10) {
            // Every 20 ms another.
            let why: Unheard = ms / 20 % 2 == 0 ? .heldDown : .heard
            if tally.played(480, why, at: at(ms)) { news.append(ms) }
        }
        #expect(news.first == 0 && news.count <= 5)
        for (one, next) in zip(news, news.dropFirst()) { #expect(next - one >= 200) }
    }

    @Test func everyTalkspurtBeginsWithNews() {
        var tally = HeardTally()
        tally.begin()
        let first = tally.played(480, .heard, at: at(0))
        tally.begin()
        let second = tally.played(480, .heard, at: at(900))
        #expect(first && second)
    }

    @Test func whatFadedOutOfTheOneBeforeIsNotOfThisOne() {
        var tally = HeardTally()
        tally.begin()
        _ = tally.played(480, .heard, at: at(0))
        _ = tally.report(of: 1)
        // After its last report.
        _ = tally.played(4_800, .heard, at: at(10))
        tally.begin()
        _ = tally.played(48_000, .cardMuted, at: at(500))
        #expect(tally.report(of: 1) == Heard(stream: 1, share: 0, why: .cardMuted))
    }
}
