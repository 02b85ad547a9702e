import Crypto
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Peers that are found on the LAN (protocol.md §1.9).
@Suite struct PeerTableSightingsTests {
    static let liar = host(66)

    /// Two stations without addresses of each other.
    private let pair = PeerTableSightingsTests.pair(seed: 1)

    private static func pair(seed: UInt64) -> Pair {
        let pair = Pair(seed: seed)
        pair.a.peers[0].endpoints = []
        pair.b.peers[0].endpoints = []
        return pair
    }

    private func meet(seed: UInt64) -> Pair {
        let pair = Self.pair(seed: seed)
        pair.start()
        see(pair.a, at: host(2))
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged }, "seed \(seed)")
        pair.network.run(for: .seconds(3))
        return pair
    }

    private func see(_ station: SimulatedStation, at address: Endpoint, mark: UInt64 = 1) {
        station.control {
            $0.sighted(0, at: address, mark: mark, at: station.network.now)
        }
    }

    @Test func aPeerWithoutAnAddressIsCalledWhenItIsSeen() {
        let calls = Calls(of: pair.a, pair.network)
        pair.start()
        pair.network.run(for: .seconds(100))
        #expect(calls.all.isEmpty && pair.a.state()?.phase == .down)
        #expect(pair.a.reason() == .noAddress)
        see(pair.a, at: host(2))
        #expect(pair.a.state()?.phase == .connecting)
        let start = pair.network.now
        #expect(pair.network.run(for: .seconds(1)) { pair.isConverged })
        #expect(pair.network.now - start < .milliseconds(50))
        #expect(calls.all.count == 1)
        #expect(pair.a.state()?.endpoint == host(2) && pair.a.state()?.endpointSource == .lan)
        // The other one was called.
        #expect(pair.b.state()?.endpoint == host(1) && pair.b.state()?.endpointSource == .peer)
        // People see for as long as the session lasts where its address came from.
        pair.network.run(for: .seconds(300))
        #expect(pair.a.isUp() && pair.a.state()?.endpointSource == .lan)
    }

    @Test func aConfiguredAddressIsOfTheSettings() {
        let pair = Pair(seed: 1)
        pair.start()
        see(pair.a, at: host(2))
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        #expect(pair.a.state()?.endpointSource == .settings)
    }

    @Test func aPeerThatIsUpIsNotDisturbed() {
        let pair = meet(seed: 2)
        let calls = Calls(of: pair.a, pair.network)
        for mark in UInt64(2)..<50 {
            see(pair.a, at: host(2), mark: mark)
            see(pair.a, at: Self.liar, mark: mark)
            pair.network.run(for: .seconds(1))
        }
        #expect(calls.all.isEmpty && pair.a.media[0].endpoint == host(2))
        #expect(pair.a.state()?.handshakes == 1)
    }

    @Test func aBeaconThatIsNoNewsMakesNoCall() {
        pair.a.start()
        let calls = Calls(of: pair.a, pair.network)
        see(pair.a, at: host(2))
        pair.network.run(for: .seconds(100))
        let before = calls.all.count
        for _ in 0..<100 { see(pair.a, at: host(2)) }
        pair.network.run(for: .milliseconds(100))
        #expect(calls.all.count == before)
        // Another one from there is: the peer may have started.
        see(pair.a, at: host(2), mark: 2)
        #expect(calls.all.count == before + 1)
    }

    @Test func aSightingIsCalledNoMoreAfterTwoMinutes() {
        pair.a.start()
        let calls = Calls(of: pair.a, pair.network)
        see(pair.a, at: host(2))
        pair.network.run(for: .seconds(500))
        #expect(calls.all.count > 5)
        #expect(calls.all.allSatisfy { $0.at < seconds(120) })
        #expect(pair.a.state()?.phase == .down)
    }

    /// One M1 in two seconds goes to a liar for what it says, and the peer's own addresses keep
    /// their turns: with hundreds of lies a second a peer that comes is up in seconds.
    @Test(arguments: UInt64(1)...10) func aFloodOfLiesCostsOneCallInTwoSeconds(seed: UInt64) {
        let pair = Self.pair(seed: seed)
        pair.a.peers[0].endpoints = [host(2)]
        pair.a.start()
        let calls = Calls(of: pair.a, pair.network)
        for step in UInt64(0)..<3000 {
            see(pair.a, at: host(70 + step % 100), mark: step)
            pair.network.run(for: .milliseconds(10))
        }
        // 30 s: 15 for news, and a series that begins anew each time and is at 1 s.
        let lies = calls.all.count { $0.to != host(2) }
        #expect(lies <= 16 + 15, "seed \(seed): \(lies)")
        #expect(calls.count(to: host(2)) >= 3, "seed \(seed): \(calls.count(to: host(2)))")
        pair.b.start()
        let start = pair.network.now
        var step = UInt64(0)
        let met = pair.network.run(for: .seconds(10)) {
            step += 1
            see(pair.a, at: host(70 + step % 100), mark: 10_000 + step)
            return pair.isConverged
        }
        #expect(met, "seed \(seed): \(pair.network.now - start)")
    }

    @Test func aCallToALiarBindsNothing() {
        pair.start()
        see(pair.a, at: Self.liar)
        pair.network.run(for: .milliseconds(500))
        #expect(!pair.a.isUp() && pair.a.state()?.endpoint == Self.liar)
        see(pair.a, at: host(2))
        // So soon after another the true one is not called out of turn.
        #expect(pair.network.run(for: .seconds(4)) { pair.isConverged })
        #expect(pair.a.media[0].endpoint == host(2))
    }

    @Test func whatIsFoundIsNotProbed() {
        pair.a.isProbeAnswered = true
        pair.a.start()
        see(pair.a, at: Self.liar)
        pair.network.run(for: .seconds(60))
        // A probe would have shown that no program listens there.
        #expect(pair.a.reason() == .noAnswer)
        let control = Pair(seed: 7)
        control.a.isProbeAnswered = true
        control.a.start()
        control.network.run(for: .seconds(60))
        #expect(control.a.reason() == .portClosed(host(2)))
    }

    @Test func aCLOSEAndAnotherNetworkMakeItForget() {
        let pair = meet(seed: 8)
        let calls = Calls(of: pair.a, pair.network)
        pair.b.control { $0.close(reason: .stopping, at: pair.network.now) }
        pair.network.run(for: .seconds(200))
        #expect(!pair.a.isUp() && calls.all.isEmpty)
        see(pair.a, at: host(2), mark: 9)
        #expect(calls.all.count == 1)
        pair.a.control { $0.forgetSightings() }
        pair.network.run(for: .seconds(200))
        #expect(calls.all.count == 1)
    }

    /// Both change their addresses at one moment, and are seen there 200 ms later.
    @Test(arguments: UInt64(1)...20)
    func twoThatMoveTogetherAreTogetherAgainInLessThanASecond(seed: UInt64) {
        let pair = meet(seed: seed)
        let (here, there) = (host(31), host(32))
        pair.a.move(to: here)
        pair.b.move(to: there)
        let moved = pair.network.now
        for station in [pair.a, pair.b] {
            station.control { table in
                table.forgetSightings()
                table.hostMoved(at: moved)
            }
        }
        pair.network.run(for: .milliseconds(200))
        see(pair.a, at: there, mark: 2)
        see(pair.b, at: here, mark: 2)
        let met = pair.network.run(for: .milliseconds(400)) {
            pair.a.media[0].endpoint == there && pair.b.media[0].endpoint == here
        }
        #expect(met, "seed \(seed): \(pair.network.now - moved)")
    }

    @Test(arguments: UInt64(1)...20)
    func oneThatMovesAloneNeedsNoHandshakeWhereverThePeerIsSeen(seed: UInt64) {
        let pair = meet(seed: seed)
        let calls = (Calls(of: pair.a, pair.network))
        pair.a.move(to: host(31))
        let moved = pair.network.now
        pair.a.control { table in
            table.forgetSightings()
            table.hostMoved(at: moved)
        }
        // By its other address, as of another family.
        pair.network.run(for: .milliseconds(60))
        see(pair.a, at: host(33), mark: 2)
        pair.network.run(for: .seconds(3))
        #expect(calls.all.isEmpty)
        #expect(pair.b.media[0].endpoint == host(31) && pair.a.isUp())
    }

    @Test func bothSidesHaveTheSameTagKeyAndNobodyElse() {
        let pair = meet(seed: 9)
        let nonce = [UInt8](repeating: 3, count: TagKey.nonceSize)
        let keys = [pair.a, pair.b].map { station -> UInt64? in
            station.table.tagKey(of: 0)?.tag(nonce: nonce.span, announcer: pair.a.publicKey)
        }
        #expect(keys[0] != nil && keys[0] == keys[1])
        #expect(pair.a.table.tagKey(of: 1) == nil)
    }

    private func isMissing(_ pair: Pair) -> Bool { pair.a.table.hasMissingPeer }

    @Test func aPeerIsMissingUntilItIsUp() {
        pair.start()
        #expect(isMissing(pair))
        see(pair.a, at: host(2))
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        #expect(!isMissing(pair))
        pair.a.control { $0.doubted(peer: 0, at: pair.network.now) }
        // Its handshake has ended the doubt; without an answer it would last.
        pair.network.run(for: .seconds(2))
        #expect(!isMissing(pair))
        pair.b.stop()
        pair.a.control { $0.doubted(peer: 0, at: pair.network.now) }
        #expect(isMissing(pair))
    }
}
