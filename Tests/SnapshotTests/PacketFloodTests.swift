import Testing
import Time

@testable import Intercomd

@Suite struct PacketFloodTests {
    private typealias Totals = PacketFlood.Totals
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// Follows so much more in each second, one second after another; returns the flood, and when.
    private func followed(
        _ seconds: [(refused: UInt64, straysLost: UInt64, lost: UInt64)]
    ) -> (flood: PacketFlood, now: Instant) {
        var flood = PacketFlood()
        var (refused, straysLost, lost, now) = (UInt64(70_000), UInt64(9), UInt64(5), Self.start)
        flood.update(Totals(refused: refused, straysLost: straysLost, lost: lost), at: now)
        for more in seconds {
            refused += more.refused
            straysLost += more.straysLost
            lost += more.lost
            now = now + .seconds(1)
            flood.update(Totals(refused: refused, straysLost: straysLost, lost: lost), at: now)
        }
        return (flood, now)
    }

    /// A house, what was counted before the first look, and a late processor.
    @Test(
        arguments: [[(999, 0, 0), (999, 0, 0)], [], [(0, 0, 4_000)]]
            as [[(refused: UInt64, straysLost: UInt64, lost: UInt64)]])
    func isNone(_ seconds: [(refused: UInt64, straysLost: UInt64, lost: UInt64)]) {
        let (flood, now) = followed(seconds)
        #expect(!flood.isOn(at: now))
    }

    @Test func aThousandASecondAreOneAndItEnds() {
        let (flood, now) = followed([(600, 400, 0)])
        #expect(flood.isOn(at: now))
        #expect(flood.perSecond == 1000)
        #expect(!flood.isLossy(at: now))
        #expect(flood.isOn(at: now + .seconds(4)))
        #expect(!flood.isOn(at: now + .seconds(5)))
    }

    @Test func itSaysWhetherPeersLosePackets() {
        var (flood, now) = followed([(5_000, 0, 3), (5_000, 0, 0)])
        #expect(flood.isOn(at: now) && flood.isLossy(at: now))
        // And when that is over, the flood not.
        (flood, now) = followed(
            [(5_000, 0, 3)] + Array(repeating: (5_000, 0, 0), count: 5))
        #expect(flood.isOn(at: now) && !flood.isLossy(at: now))
    }

    @Test func theSecondsMayBeLong() {
        var flood = PacketFlood()
        flood.update(Totals(refused: 0, straysLost: 0, lost: 0), at: Self.start)
        let now = Self.start + .seconds(4)
        flood.update(Totals(refused: 3_600, straysLost: 0, lost: 0), at: now)
        #expect(!flood.isOn(at: now))
    }

    @Test func statusTellsOfItAndOfWhatItCosts() throws {
        let station = try Kitchen.snapshot()
        #expect(station.problemLines == [])
        for (lost, effect) in [
            (UInt64(0), "talk goes on"), (3, "some of what peers say is lost meanwhile"),
        ] {
            var flood = PacketFlood()
            flood.update(
                Totals(refused: 0, straysLost: 0, lost: 0), at: Kitchen.now - .seconds(1))
            flood.update(Totals(refused: 2_000, straysLost: 0, lost: lost), at: Kitchen.now)
            station.packetFlood = flood
            #expect(
                station.problemLines == [
                    "sound: a flood of packets that peers did not send (\(2_000 + lost) a second): "
                        + "\(effect) -> find the sender, or block it"
                ])
        }
    }
}
