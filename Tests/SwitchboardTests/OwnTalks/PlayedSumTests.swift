import Testing
import Wire

@testable import Station

/// What a talker makes of the sums of a listener.
@Suite struct PlayedSumTests {
    private var sum = PlayedSum()

    private func played(_ ms: UInt16, _ total: UInt16) -> Heard.Played {
        Heard.Played(ms: ms, total: total)
    }

    @Test mutating func theSumGoesRound() {
        sum.begin()
        for total in [20_000, 40_000, 60_000] as [UInt16] {
            #expect(sum.grow(to: played(1_000, total)) == 20_000)
        }
        #expect(sum.grow(to: played(1_000, 14_464)) == 20_000)
    }

    @Test mutating func whatWasOvertakenIsCountedOnce() {
        sum.begin()
        #expect(sum.grow(to: played(1_000, 2_000)) == 2_000)
        #expect(sum.grow(to: played(1_000, 1_000)) == 0)
        #expect(sum.grow(to: played(1_000, 3_000)) == 1_000)
        // Across the end of the circle.
        #expect(sum.grow(to: played(1_000, 33_000)) == 30_000)
        #expect(sum.grow(to: played(1_000, 65_000)) == 32_000)
        #expect(sum.grow(to: played(1_000, 464)) == 1_000)
        #expect(sum.grow(to: played(1_000, 64_000)) == 0)
        #expect(sum.grow(to: played(1_000, 1_464)) == 1_000)
    }

    @Test mutating func oneThatCountsAnewIsBelievedWhatItSaysItPlayedLast() {
        sum.begin()
        #expect(sum.grow(to: played(1_000, 20_000)) == 20_000)
        #expect(sum.grow(to: played(700, 700)) == 700)
        #expect(sum.grow(to: played(300, 1_000)) == 300)
        sum.forget()
        #expect(sum.grow(to: played(400, 30_000)) == 400)
        #expect(sum.grow(to: played(400, 30_800)) == 800)
    }
}
