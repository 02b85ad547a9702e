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
}
