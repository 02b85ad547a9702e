import HAL
import Peering
import Station
import Testing
import Time
import Wire

@testable import Intercomd

@Suite struct LinksTests {
    private let start = Instant(nanoseconds: 5_000_000_000)

    private func links() throws -> Links {
        let sockets = try PortSockets(
            listen: SocketAddress(host: "127.0.0.1", port: 0), port: 0)
        return Links(socket: sockets.handshake, initiations: sockets.initiations)
    }

    @Test func theNetworkIsLookedAtWhenItChangesAndNowAndThen() throws {
        var links = try links()
        var looks: [Bool] = []
        for (second, hasChanged) in [
            (0, false), (1, false), (9, false), (10, false), (12, true), (20, false), (22, false),
        ] {
            links.hasChanged = hasChanged
            looks.append(links.beginsLook(at: start + .seconds(second)))
        }
        #expect(looks == [true, false, false, true, true, false, true])
    }

    @Test func aProbeIsGivenUpAfterItsTime() throws {
        var links = try links()
        // A program listens there, and says nothing.
        let silent = try PortSockets(
            listen: SocketAddress(host: "127.0.0.1", port: 0), port: 0)
        let refused = links.probe(2, Endpoint(silent.handshake.local), at: start)
        #expect(refused == nil)
        let early = links.probeOutcome(of: 2, at: start + .milliseconds(4999))
        #expect(early == nil)
        let other = links.probeOutcome(of: 1, at: start + .seconds(5))
        #expect(other == nil)
        let found = links.probeOutcome(of: 2, at: start + .seconds(5))
        #expect(found?.outcome == .silent)
        let again = links.probeOutcome(of: 2, at: start + .seconds(6))
        #expect(again == nil)
    }
}
