import HAL
import Testing

@testable import Media

/// Which card wakes the media loop.
@Suite struct MasterTests {
    /// alsa-lib's null device waits on /dev/null, which epoll refuses.
    @Test func aCardThatCannotBeWatchedIsServedByTheTimer() throws {
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 1))
        let sockets = try PortSockets(listen: address, port: 0, dscp: 0)
        var loop = try MediaLoop(
            plan: emptyPlan(), rings: try Rings(),
            socket: sockets.data, strays: sockets.strays, firstSequences: [0, 0, 0])

        loop.insertCapture(try CapturePCM(name: .pcm("null"), wanted: PCMParameters.Wanted()))
        let (hasCapture, master) = (loop.cards.hasCapture, loop.cards.clock.source)
        #expect(hasCapture)
        #expect(master == .timer)
    }
}
