import Testing

@testable import Intercomd

@Suite struct PeerFiguresTests {
    @Test func bytesAreOfTheLastSecondAndSoundOfTheLastTenOfTalk() throws {
        var figures = PeerFigures()
        figures.update(
            sent: 5_000, opened: 9_000, playedSamples: 0, concealedMs: 0, milliseconds: 0)
        #expect(figures.sentPerSecond == 0 && figures.concealedPercent == nil)
        figures.update(
            sent: 16_500, opened: 9_100, playedSamples: 48_000, concealedMs: 100,
            milliseconds: 1_000)
        #expect(figures.sentPerSecond == 11_500 && figures.openedPerSecond == 100)
        #expect(figures.concealedPercent == 10)
        // Silence changes nothing; ten seconds of talk later the first is forgotten.
        figures.update(
            sent: 16_500, opened: 9_100, playedSamples: 48_000, concealedMs: 100,
            milliseconds: 2_000)
        #expect(figures.sentPerSecond == 0 && figures.concealedPercent == 10)
        for second in 2...11 {
            figures.update(
                sent: 16_500, opened: 9_100, playedSamples: UInt64(second) * 48_000,
                concealedMs: 100, milliseconds: 1_000)
        }
        #expect(figures.concealedPercent == 0)
    }
}
