import Station
import Testing
import Time
import Wire

/// Another session with a peer that was up already.
@Suite struct NewSessionTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    /// However soon after another PING: the answer says how old the peer's packets are.
    @Test func itIsAskedAtOnceWhenItBegan() {
        var station = Station(targets: [], channels: [], firstMids: [100])
        station.up(peer: 0, isNewBoot: true, at: start)
        station.tick(at: start)
        #expect(pings(&station) == 1)
        station.renewed(peer: 0, at: start + .milliseconds(10))
        #expect(pings(&station) == 1)
        station.down(peer: 0, at: start + .seconds(5))
        station.renewed(peer: 0, at: start + .seconds(6))
        #expect(pings(&station) == 0)
    }

    /// That are sent by now.
    private func pings(_ station: inout Station) -> Int {
        var count = 0
        while let action = station.nextAction() {
            guard case .send(_, let payload) = action else { continue }
            _ = ControlReader.read(payload.bytes.span) { if case .ping = $0 { count += 1 } }
        }
        return count
    }
}
