import Intercomd
import Media
import Realtime
import Station
import Testing
import Time

@testable import Intercomd

@Suite struct FiguresTests {
    private let traffic = (0..<2).map { _ in
        CounterTable<PeerCount>(count: PeerCount.allCases.count)
    }
    private let start = Instant(nanoseconds: 0)

    @Test func bytesASecondAreThoseSinceTheLookBefore() {
        var figures = Figures()
        figures.update([0, 1], traffic, at: start)
        traffic[1].add(.sentBytes, 4_000)
        figures.update([0, 1], traffic, at: start + .seconds(2))
        #expect(figures.peers[1].sentPerSecond == 2_000)
        #expect(figures.peers[0].sentPerSecond == 0)
    }

    @Test func whoComesUnderAUsedNumberBeginsAnew() {
        var figures = Figures()
        figures.update([0], traffic, at: start)
        traffic[0].add(.sentBytes, 4_000)
        traffic[0].add(.sent, 40)
        traffic[0].add(.opened, 30)
        figures.update([0], traffic, at: start + .seconds(1))
        figures.replaced(0, traffic[0])
        #expect(figures.peers[0].sentPerSecond == 0)
        #expect(figures.packetsBefore == (40, 30))
        #expect(traffic[0][.sent] == 0 && traffic[0][.sentBytes] == 0)
    }

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

    @Test func countersStayAsTheyWereWhenTheyWereRead() {
        let table = CounterTable<PeerCount>(count: PeerCount.allCases.count)
        for name in PeerCount.allCases { table.set(name, to: 100 + UInt64(name.rawValue)) }
        let readings = Readings<PeerCount>(table.values)
        for name in PeerCount.allCases { table.add(name) }
        for name in PeerCount.allCases { #expect(readings[name] == 100 + UInt64(name.rawValue)) }
    }
}
