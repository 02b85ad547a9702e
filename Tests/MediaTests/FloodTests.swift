import CLoopback
import HAL
import Realtime
import Testing

@testable import Media

/// The media loop's own socket, and more datagrams than it takes at once.
@Suite struct FloodTests {
    @Test func aFloodIsTakenInBoundedShares() throws {
        let ours = try localSockets()
        let theirs = try localSockets()
        let target = ours.data.local
        let rings = try Rings()
        var loop = try MediaLoop(
            plan: emptyPlan(), rings: rings, socket: ours.data, strays: ours.strays,
            firstSequences: [0, 0, 0, 0])

        // As many as the kernel keeps for us.
        let garbage = [UInt8](repeating: 0xff, count: 10)
        for _ in 0..<200 { #expect(theirs.data.send(garbage.span, to: target) == .sent) }
        #expect(loopback_settle() == 0)

        // With time to spare, turn after turn.
        loop.receiver.intake.busyMax = .max
        loop.receiver.intake.beginPeriod()
        loop.listen()
        loop.listen()
        #expect(rings.counters[.droppedLength] == 128)

        // The share of the period is used up: the rest waits, however often the loop turns.
        loop.receiver.intake.busyMax = 0
        loop.listen()
        loop.listen()
        #expect(rings.counters[.droppedLength] == 192)
        var isFlooded = loop.receiver.intake.isFlooded
        #expect(isFlooded)

        // The card or the timer has woken the loop.
        loop.receiver.intake.busyMax = .max
        loop.receiver.intake.beginPeriod()
        loop.listen()
        #expect(rings.counters[.droppedLength] == 200)
        isFlooded = loop.receiver.intake.isFlooded
        #expect(!isFlooded)
    }

    /// Those from elsewhere than peers are known to be cost less, and nothing of what those have.
    @Test func strayPacketsAreTakenInASmallerShareOfTheirOwn() throws {
        let ours = try localSockets()
        let peer = try localSockets()
        let other = try localSockets()
        let target = ours.data.local
        try ours.handshake.prefer([peer.data.local])
        let rings = try Rings()
        var loop = try MediaLoop(
            plan: emptyPlan(), rings: rings, socket: ours.data, strays: ours.strays,
            firstSequences: [0, 0, 0, 0])
        var (share, all) = (loop.receiver.strayIntake.busyMax, loop.receiver.intake.busyMax)
        #expect(share > 0 && share * 4 == all)

        let garbage = [UInt8](repeating: 0xff, count: 10)
        for _ in 0..<100 { #expect(other.data.send(garbage.span, to: target) == .sent) }
        // One of its share only, so that the count tells them apart.
        let short = [UInt8](repeating: 0xff, count: 1300)
        for _ in 0..<3 { #expect(peer.data.send(short.span, to: target) == .sent) }
        #expect(loopback_settle() == 0)

        // With time to spare, turn after turn; the peers' come with the first.
        loop.receiver.strayIntake.busyMax = .max
        loop.receiver.beginPeriod()
        loop.listen(areStrays: true)
        #expect(rings.counters[.droppedLength] == 8)
        loop.listen(areStrays: true)
        #expect(rings.counters[.droppedLength] == 16)
        #expect(rings.counters[.droppedIndex] == 0)
        loop.listen()
        #expect(rings.counters[.droppedIndex] == 3)

        // The share is used up: strays wait, and peers do not.
        loop.receiver.strayIntake.busyMax = 0
        loop.listen(areStrays: true)
        loop.listen(areStrays: true)
        #expect(rings.counters[.droppedLength] == 24)
        let (strayFlood, flood) = (
            loop.receiver.strayIntake.isFlooded, loop.receiver.intake.isFlooded
        )
        #expect(strayFlood && !flood)
        #expect(peer.data.send(short.span, to: target) == .sent)
        #expect(loopback_settle() == 0)
        loop.listen()
        #expect(rings.counters[.droppedIndex] == 4)

        // The card or the timer has woken the loop; other periods have other shares.
        loop.receiver.beginPeriod()
        loop.listen(areStrays: true)
        #expect(rings.counters[.droppedLength] == 32)
        loop.receiver.strayIntake.adopt(period: 8_000_000)
        loop.receiver.intake.adopt(period: 8_000_000)
        (share, all) = (loop.receiver.strayIntake.busyMax, loop.receiver.intake.busyMax)
        #expect(share == 1_000_000 && all == 4_000_000)
    }
}
