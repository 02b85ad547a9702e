import Station
import Testing
import Time
import Wire

@Suite struct HeardShareTests {
    private var share = HeardShare(stream: 3, listeners: [1, 2], frameMs: 10)

    private func report(
        _ stream: UInt8 = 3, received: UInt16, loss: UInt8 = 0, concealed: UInt16 = 0
    ) -> Report {
        Report(
            stream: stream, highest: 0, loss: loss, burst: 0, jitter: 0, delay: 20,
            concealed: concealed, received: received)
    }

    private let begin = Instant(nanoseconds: 7_000_000_000)
    private var end: Instant { begin + .seconds(1) }

    @Test mutating func ofAllThatIsReportedOnItsOwnStreamTheShareIsCounted() {
        for received: UInt16 in [100, 100, 50] {
            share.report(report(received: received), from: 1, at: begin)
        }
        share.report(report(4, received: 100), from: 2, at: begin)
        share.report(report(received: 100), from: 5, at: begin)
        #expect(share.percent(of: 1, frames: 250) == 100)
        #expect(share.percent(of: 2, frames: 250) == 0)
        #expect(share.percent(of: 5, frames: 250) == 0)
        // A peer that came late has heard a part.
        share.join([7])
        share.report(report(received: 25), from: 7, at: begin)
        #expect(share.percent(of: 7, frames: 100) == 25)
        // No share is over a hundred, or of nothing.
        share.report(report(received: .max, loss: 255), from: 1, at: begin)
        #expect(share.percent(of: 1, frames: 10) == 100)
        #expect(share.percent(of: 1, frames: 0) == 0)
    }

    @Test mutating func whatWasInventedWasNotHeard() {
        // A fifth lost, half of it repaired by copies.
        share.report(report(received: 80, loss: 51, concealed: 100), from: 1, at: begin)
        #expect(share.percent(of: 1, frames: 100) == 90)
    }

    private func talk(first: UInt16) -> HeardShare {
        HeardShare(stream: 3, first: first, listeners: [1, 2], frameMs: 10)
    }

    private func report(received: UInt16, highest: UInt16, concealed: UInt16 = 0) -> Report {
        var report = report(received: received, concealed: concealed)
        report.highest = highest
        return report
    }

    @Test func whatIsReportedOfTheTalkBeforeCountsForThatAlone() {
        var share = talk(first: 65_530)
        let late = report(received: 50, highest: 65_529)
        #expect(share.report(late, heard(255), from: 1, at: begin) == late)
        #expect(share.percent(of: 1, frames: 100) == 0)
        #expect(share.hears(1) == nil)
        // Six frames before the numbers wrap around, and four after.
        #expect(share.report(report(received: 10, highest: 3), from: 1, at: begin) == nil)
        #expect(share.percent(of: 1, frames: 100) == 10)
    }

    @Test func whatWasPlayedCountsAndNotWhatArrived() {
        var share = talk(first: 1_000)
        // A second in which half was lost and only 200 ms of that were invented.
        let half = report(received: 50, highest: 1_099, concealed: 200)
        let played = Heard(stream: 3, share: 255, why: .heard, played: .init(ms: 500, total: 500))
        share.report(half, played, from: 1, at: begin)
        #expect(share.percent(of: 1, frames: 100) == 0 && share.waiting(at: 1) == 500)
        share.add(400, played, from: 1, at: begin)
        #expect(share.percent(of: 1, frames: 100) == 40 && share.waiting(at: 1) == 100)
        // Frames that came as copies were not received themselves.
        share.add(200, played, from: 1, at: begin)
        #expect(share.percent(of: 1, frames: 100) == 60 && share.waiting(at: 1) == 0)
        share.add(200, heard(255, stream: 4), from: 1, at: begin)
        share.add(200, heard(255), from: 7, at: begin)
        #expect(share.percent(of: 1, frames: 100) == 60)
        // An older listener does not report it: copies are assumed to have repaired the rest.
        share.report(half, heard(255), from: 2, at: begin)
        #expect(share.percent(of: 2, frames: 100) == 30)
    }

    /// Where talks follow each other at once, copies of one do not count for the next.
    @Test func whatCopiesBroughtIsWaitedForAndNoMoreThanWasSent() {
        func copied(burst: UInt8) -> Report {
            Report(
                stream: 3, highest: 1_099, loss: 85, burst: burst, jitter: 0, delay: 20,
                concealed: 0, received: 67)
        }
        func played(_ ms: UInt16) -> Heard {
            Heard(stream: 3, share: 255, why: .heard, played: .init(ms: ms, total: ms))
        }
        var share = talk(first: 1_000)
        let third = copied(burst: 12)
        share.report(third, played(300), from: 1, at: begin)
        #expect(share.waiting(at: 1, frames: 100) == 1_000)
        share.add(300, played(300), from: 1, at: begin)
        #expect(share.waiting(at: 1, frames: 100) == 700)
        #expect(share.waiting(at: 1, frames: 60) == 300)
        // Copies cannot repair a gap.
        let gap = copied(burst: 255)
        share.report(gap, played(300), from: 2, at: begin)
        #expect(share.waiting(at: 2, frames: 100) == 670)
    }

    @Test func aTalkIsReportedOnHoweverLongItIs() {
        var share = talk(first: 1_000)
        for second in 1...700 {
            let highest = UInt16(truncatingIfNeeded: 999 + second * 100)
            let one = report(received: 100, highest: highest)
            #expect(share.report(one, from: 1, at: begin) == nil)
        }
        #expect(share.percent(of: 1, frames: 70_000) == 100)
    }

    private func heard(_ share: UInt8, _ why: Unheard = .heard, stream: UInt8 = 3) -> Heard {
        Heard(stream: stream, share: share, why: why)
    }

    @Test mutating func aPartThatWasHeldDownIsMissingAndTheReasonIsKept() {
        share.report(report(received: 100), heard(255), from: 1, at: begin)
        share.report(report(received: 100), heard(102, .heldDown), from: 1, at: begin)
        share.report(report(received: 100), heard(255), from: 1, at: begin)
        let found = share.outcome(of: 1, frames: 300, endedAt: end)
        #expect(found.percent == 80 && found.why == .heldDown)
        // A syllable is no reason.
        share.report(report(received: 100), heard(245, .heldDown), from: 2, at: begin)
        let syllable = share.outcome(of: 2, frames: 100, endedAt: end)
        #expect(syllable.percent == 96 && syllable.why == .heard)
    }

    /// Its card fails in the middle: it plays nothing any more, and reports nothing.
    @Test mutating func whoGoesDeafInTheMiddleIsKnownToHaveDoneSo() {
        share.report(report(received: 100), heard(255), from: 1, at: begin + .seconds(1))
        share.report(report(received: 100), heard(255), from: 2, at: begin + .seconds(1))
        share.note(heard(0, .outputLost), from: 1, at: begin + .seconds(1))
        let deaf = share.outcome(of: 1, frames: 500, endedAt: begin + .seconds(5))
        #expect(deaf.percent == 20 && deaf.why == .outputLost)
        // Where only the network is to blame, there is no reason.
        let gone = share.outcome(of: 2, frames: 500, endedAt: begin + .seconds(5))
        #expect(gone.percent == 20 && gone.why == .heard)
    }

    @Test mutating func whoWasDeafForAWhileOnlyIsKnownToHaveBeen() {
        share.note(heard(0, .outputLost), from: 1, at: begin)
        share.note(heard(255), from: 1, at: begin + .seconds(2))
        share.report(report(received: 100), heard(255), from: 1, at: begin + .seconds(3))
        let long = share.outcome(of: 1, frames: 300, endedAt: begin + .seconds(3))
        #expect(long.percent == 33 && long.why == .outputLost)
        // A fault after the end does not count.
        share.note(heard(0, .speakerMuted), from: 2, at: begin + .seconds(3))
        share.report(report(received: 200), heard(255), from: 2, at: begin + .seconds(3))
        let later = share.outcome(of: 2, frames: 300, endedAt: begin + .seconds(3))
        #expect(later.percent == 67 && later.why == .heard)
    }

    @Test mutating func whoSaysNothingMoreIsKnownToHaveGone() {
        share.report(report(received: 100), heard(255), from: 1, at: begin + .seconds(1))
        let gone = share.outcome(of: 1, frames: 400, endedAt: begin + .seconds(4))
        #expect(gone.percent == 25 && gone.why == .heard && gone.hasGone)
        // It reported until the end, so the rest was lost on the way; and nothing that was sent is
        // missing.
        share.report(report(received: 100), heard(255), from: 2, at: begin + .seconds(4))
        #expect(!share.outcome(of: 2, frames: 400, endedAt: begin + .seconds(4)).hasGone)
        #expect(!share.outcome(of: 1, frames: 100, endedAt: begin + .seconds(4)).hasGone)
        #expect(!share.outcome(of: 3, frames: 400, endedAt: begin + .seconds(4)).hasGone)
    }

    @Test mutating func whoListensToNoneOfItSaysWhyWithoutAReport() {
        share.note(heard(0, .notListening), from: 1, at: begin)
        share.note(heard(0, .notMember, stream: 9), from: 2, at: begin)
        let one = share.outcome(of: 1, frames: 100, endedAt: end)
        #expect(one.percent == 0 && one.why == .notListening && one.hasReported)
        // A report on another stream says nothing about this one.
        #expect(share.outcome(of: 2, frames: 100, endedAt: end) == HeardShare.Outcome())
    }
}
