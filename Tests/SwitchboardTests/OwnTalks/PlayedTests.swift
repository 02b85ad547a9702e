import Testing
import Time
import Wire

@testable import Station

/// What listeners say they have played, of talkspurts that follow each other.
@Suite struct PlayedTests {
    private func played(
        _ ms: UInt16, total: UInt16, on stream: Int = TalkWorld.channel, share: UInt8 = 255
    ) -> Heard {
        Heard(
            stream: UInt8(stream), share: share, why: share == 255 ? .heard : .speakerMuted,
            played: .init(ms: ms, total: total))
    }

    private var world = TalkWorld()

    init() { for peer in 0..<8 { world.talks.cameUp(peer, isNewBoot: true) } }

    @Test mutating func whatLostReportsHaveToldIsInTheNext() {
        world.begin(to: [1])
        world.report(from: 1, played(1_000, total: 1_000))
        world.report(after: 3_000, from: 1, highest: 1_299, played(1_000, total: 3_000))
        #expect(world.outcomes(of: 300) == [[heard(1, 100)]])
    }

    @Test mutating func theLastSumComesWithoutAReport() {
        world.begin(to: [1])
        world.report(from: 1, played(700, total: 700))
        world.end(frames: 100)
        world.wait(300)
        world.tell(from: 1, played(300, total: 1_000))
        #expect(world.outcomes() == [[heard(1, 100)]])
    }

    @Test mutating func whatWasSaidFirstWasPlayedFirst() {
        world.begin(to: [1])
        world.report(after: 1_000, from: 1, played(600, total: 600))
        world.end(frames: 100)
        world.wait(100)
        world.begin(to: [1], first: 1_100)
        world.wait(1_000)
        // 400 ms of it are what was still to be played of the first.
        world.report(from: 1, highest: 1_199, played(1_400, total: 2_000))
        #expect(world.outcomes(of: 100) == [[heard(1, 100)], [heard(1, 100)]])
    }

    @Test mutating func aReportOfTwoTalkspurtsIsDivided() {
        world.begin(to: [1])
        world.wait(500)
        world.end(frames: 50)
        world.begin(to: [1], first: 1_050)
        world.reportShare(after: 500, from: 1)
        #expect(world.outcomes(of: 50) == [[heard(1, 100)], [heard(1, 100)]])
    }

    /// Streams to one peer alone are all 0.
    @Test mutating func ofStreamZeroEachPeerReportsOnItsOwn() {
        world.begin(40, [1])
        world.begin(41, [2])
        // Copies have brought half of it.
        world.report(from: 1, on: 0, frames: 50, played(1_000, total: 1_000, on: 0))
        world.report(from: 2, on: 0, played(500, total: 500, on: 0))
        world.tell(from: 2, on: 0, .speakerMuted)
        #expect(world.hearsNow(1) == .heard)
        #expect(world.hearsNow(2) == .unheard(.told(.speakerMuted)))
        world.end(40, frames: 100)
        world.end(41, frames: 100)
        #expect(world.outcomes().map { $0.map { $0.percent } } == [[100], [50]])
    }

    @Test mutating func aPeerThatWasAddedMayCountOn() {
        world = TalkWorld()
        world.replace(1)
        world.talks.cameUp(1, isNewBoot: true)
        world.begin(to: [1])
        world.report(from: 1, played(500, total: 20_500))
        #expect(world.outcomes(of: 100) == [[heard(1, 50, .network)]])
        // From its next start on, both count from 0.
        world.talks.cameUp(1, isNewBoot: true)
        world.begin(to: [1], first: 2_000)
        world.report(from: 1, highest: 2_099, played(500, total: 1_000))
        #expect(world.outcomes(of: 100) == [[heard(1, 100)]])
    }

    @Test mutating func aNewSessionOfTheSameStartForgetsTheSum() {
        world.begin(to: [1])
        world.report(from: 1, played(500, total: 500))
        world.talks.cameUp(1, isNewBoot: false)
        world.report(from: 1, highest: 1_199, played(500, total: 30_000))
        #expect(world.outcomes(of: 200) == [[heard(1, 50, .network)]])
    }

    /// A sum is of what was played before, and tells nothing of this moment.
    @Test mutating func aSumIsNoWordOnWhetherItHearsNow() {
        world.begin(to: [1])
        world.report(from: 1, played(500, total: 500))
        world.tell(from: 1, played(500, total: 1_000, share: 0))
        #expect(world.hearsNow(1) == .heard)
        world.expect()
        #expect(world.outcomes(of: 100) == [[heard(1, 50, .network)]])
    }

    @Test mutating func whatIsNoStreamIsNotCounted() {
        world.begin(to: [1])
        world.tell(from: 1, played(500, total: 500, on: 200))
        #expect(world.outcomes(of: 100) == [[heard(1, 0, .noAnswer)]])
    }
}

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
