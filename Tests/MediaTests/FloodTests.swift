import HAL
import Realtime
import Testing

@testable import Media

/// The media loop's own socket, and more datagrams than it takes at once.
@Suite struct FloodTests {
    @Test func aFloodIsTakenInBoundedShares() throws {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 1))
        let ours = try PortSockets(listen: address, port: 0, dscp: 0)
        let theirs = try PortSockets(listen: address, port: 0, dscp: 0)
        let target = ours.data.local
        let rings = try Rings()
        var loop = try MediaLoop(
            plan: emptyPlan(), rings: rings, socket: ours.data,
            firstSequences: [0, 0, 0])

        // As many as the kernel keeps for us.
        let garbage = [UInt8](repeating: 0xff, count: 10)
        for _ in 0..<200 { #expect(theirs.data.send(garbage.span, to: target) == .sent) }

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
}
