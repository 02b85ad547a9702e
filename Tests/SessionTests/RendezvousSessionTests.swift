import Crypto
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Peers that have told at a broker where they are (protocol.md §1.10).
@Suite struct RendezvousSessionTests {
    /// Addresses at which nobody is.
    private static let dead = (90..<98).map { host(UInt64($0)) }

    private let pair = RendezvousSessionTests.pair(seed: 1)

    private static func pair(seed: UInt64) -> Pair {
        let pair = Pair(seed: seed)
        pair.a.peers[0].endpoints = []
        pair.b.peers[0].endpoints = []
        pair.start()
        return pair
    }

    private func tell(_ station: SimulatedStation, _ addresses: [Endpoint]) {
        station.control { $0.told(addresses, by: 0, at: station.network.now) }
    }

    @Test func theOneAddressThatWorksIsFoundAtOnce() {
        tell(pair.a, Self.dead + [host(2)])
        let start = pair.network.now
        #expect(pair.network.run(for: .seconds(1)) { pair.isConverged })
        #expect(pair.network.now - start < .milliseconds(50))
        #expect(pair.a.state()?.endpoint == host(2))
        #expect(pair.a.state()?.endpointSource == .rendezvous)
    }

    /// Two routers that let in only what comes from where they have sent something.
    @Test(arguments: UInt64(1)...20)
    func bothCallThroughRoutersThatLetNobodyIn(seed: UInt64) {
        let pair = Self.pair(seed: seed)
        pair.network.weather.delayMs = 20...80
        pair.network.weather.lost = 20
        var holes: Set<[Endpoint]> = []
        pair.network.tap = { _, from, to in holes.insert([from, to]) }
        pair.network.isCut = { from, to in !holes.contains([to, from]) }
        tell(pair.a, [host(2), host(92)])
        pair.network.run(for: .seconds(30))
        #expect(!pair.a.isUp())
        // The broker brings the word of each to the other.
        tell(pair.b, [host(91), host(1)])
        tell(pair.a, [host(2), host(92)])
        let start = pair.network.now
        #expect(pair.network.run(for: .seconds(20)) { pair.isConverged })
        #expect(pair.network.now - start < .seconds(5))
    }

    @Test func aPeerThatIsUpIsNotDisturbed() {
        tell(pair.a, [host(2)])
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        pair.network.run(for: .seconds(3))
        let calls = Calls(of: pair.a, pair.network)
        for _ in 0..<20 {
            tell(pair.a, Self.dead)
            pair.network.run(for: .seconds(1))
        }
        #expect(calls.all.isEmpty && pair.a.media[0].endpoint == host(2))
    }

    /// A peer that says goodbye is not called at addresses that may be another's by then.
    @Test func whatAPeerHasToldIsForgottenAtItsGoodbyeAndAfterADayAndAHalf() {
        tell(pair.a, [host(2)])
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        pair.network.run(for: .seconds(3))
        pair.a.control { $0.closed(peer: 0, at: pair.network.now) }
        pair.network.isCut = { _, _ in true }
        let calls = Calls(of: pair.a, pair.network)
        pair.network.run(for: .seconds(600))
        #expect(calls.all.isEmpty)
        // Nearly as long ago as it is kept.
        let told = pair.network.now + .seconds(300) - .seconds(36 * 3600)
        pair.a.control { $0.told(Self.dead, by: 0, at: told) }
        pair.network.run(for: .seconds(250))
        #expect(calls.all.count > Self.dead.count)
        pair.network.run(for: .seconds(100))
        calls.all = []
        pair.network.run(for: .seconds(600))
        #expect(calls.all.isEmpty)
    }

    /// All addresses at once the first few times, and then one after the other.
    @Test func deadAddressesAreNotCalledAllAtOnceForEver() {
        let all = Calls(of: pair.a, pair.network)
        tell(pair.a, Self.dead)
        pair.network.run(for: .seconds(600))
        let calls = all.all.map(\.at)
        let early = calls.count { $0 < calls[0] + .seconds(90) }
        #expect((5 * Self.dead.count...5 * Self.dead.count + 5).contains(early), "\(early)")
        let late = calls.filter { $0 > calls[0] + .seconds(90) }
        #expect((20...40).contains(late.count), "\(late.count)")
    }

    /// A copy of M2 from where M1 never went does not decide where the sound goes.
    @Test func aCopyOfTheAnswerFromElsewhereSendsNothingThere() {
        var (sent, isCopied) = (0, false)
        pair.network.tap = { [network = pair.network] bytes, from, to in
            if to == host(66) { sent += 1 }
            guard bytes.first == 2, from == host(2), !isCopied else { return }
            isCopied = true
            network.inject(bytes, from: host(66), to: host(1))
        }
        tell(pair.a, Self.dead + [host(2)])
        pair.network.run(for: .seconds(10)) { pair.isConverged }
        #expect(isCopied && sent == 0)
    }
}
