import Testing

@testable import Files
@testable import HAL

@Suite struct PCMClockSeenTests {
    private let one = PCMClock.Side(name: "a", route: PCMRoute(dump: "Hardware PCM card 1 'A'"))
    private let other = PCMClock.Side(name: "b", route: PCMRoute(dump: "Hardware PCM card 2 'B'"))

    @Test func namesDecideUntilBothRatesAreKnown() {
        #expect(PCMClock(one, nil, one, (ppm: 90, uncertainty: 1)).isOneClock)
        #expect(
            PCMClock(one, (ppm: 0, uncertainty: 1), other, nil).reason == "a and b are two cards")
    }

    @Test func whatTheSamplesSayGoesBeforeTheNames() {
        let faster = PCMClock(one, (ppm: 0, uncertainty: 0.1), one, (ppm: 40, uncertainty: 0.1))
        #expect(
            faster.reason
                == "the speaker's clock was seen to run 40.0 ppm faster than the microphone's")
        let slower = PCMClock(one, (ppm: 0, uncertainty: 0.1), one, (ppm: -40, uncertainty: 0.1))
        #expect(slower.reason?.contains("slower") == true)
    }

    @Test func twoCardsThatRunAlikeAreStillTwo() {
        let alike = PCMClock(one, (ppm: 1, uncertainty: 0.1), other, (ppm: 1, uncertainty: 0.1))
        #expect(!alike.isOneClock)
    }
}
