import Crypto
import Seeds
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Stations that move, and strangers that copy packets (protocol.md §1.7 "Endpoint").
@Suite struct RoamingTests {
    static let there = host(12)
    static let stranger = host(66)

    /// Two stations with a session, in a network with this delay each way.
    private let pair = RoamingTests.pair(seed: 3)

    private static func pair(seed: UInt64, delayMs: UInt64 = 5) -> Pair {
        let pair = Pair(seed: seed)
        pair.network.weather.delayMs = delayMs...delayMs
        pair.a.lag = .milliseconds(2)
        pair.b.lag = .milliseconds(2)
        pair.meet(within: 10)
        pair.network.run(for: .seconds(3))
        return pair
    }

    /// Both talk, 50 packets a second.
    private func talk(_ pair: Pair, for duration: Duration, from first: UInt64 = 0) {
        for step in 0..<UInt64(duration / .milliseconds(20)) {
            pair.network.after(.milliseconds(20 * step)) {
                pair.a.speak(first + step)
                pair.b.speak(first + step)
            }
        }
        pair.network.run(for: duration)
    }

    /// Whether all packets that a sent in the last second, but those under way, have arrived.
    private func hearsAll(_ station: SimulatedStation, upTo last: UInt64) -> Bool {
        let heard = Set(station.media[0].heard)
        return (last - 40..<last - 5).allSatisfy { heard.contains($0) }
    }

    @Test(arguments: testSeeds(20))
    func aTalkerThatMovesIsHeardAtOnceAndHearsWithinHalfASecond(seed: UInt64) {
        let pair = Self.pair(seed: seed, delayMs: 1 + seed * 2)
        pair.network.weather.lost = seed % 2 == 0 ? 0 : 30
        talk(pair, for: .seconds(1))
        let heard = pair.b.media[0].heard.count
        pair.a.move(to: Self.there)
        talk(pair, for: .milliseconds(500), from: 1000)
        #expect(pair.b.media[0].heard.count > heard + 15)
        #expect(pair.b.media[0].endpoint == Self.there)
        pair.network.weather.lost = 0
        talk(pair, for: .seconds(1), from: 2000)
        #expect(hearsAll(pair.a, upTo: 2050) && hearsAll(pair.b, upTo: 2050))
    }

    @Test func theAddressesInUseFollowSessionsAndPaths() {
        let fresh = Pair(seed: 3)
        #expect(fresh.b.table.addressesInUse.isEmpty)
        #expect(pair.a.table.addressesInUse == [host(2)])
        #expect(pair.b.table.addressesInUse == [host(1)])
        // From the moment at which the new address is proved, and not before.
        pair.a.move(to: Self.there)
        pair.a.control { $0.hostMoved(at: pair.network.now) }
        var seen: [[Endpoint]] = []
        pair.network.run(for: .milliseconds(400)) {
            let addresses = pair.b.table.addressesInUse
            if seen.last != addresses { seen.append(addresses) }
            return false
        }
        #expect(seen == [[host(1)], [Self.there]])
        #expect(pair.b.media[0].endpoint == Self.there)
        // A peer that has taken leave is nowhere.
        pair.a.control { $0.close(reason: .stopping, at: pair.network.now) }
        pair.network.run(for: .seconds(2))
        #expect(pair.b.table.addressesInUse == [])
    }

    /// The first packet of a session must not wait behind a flood.
    @Test func aSessionThatIsAboutToBeUsedHasItsAddress() {
        let pair = Pair(seed: 4)
        pair.network.weather.delayMs = 20...20
        pair.start()
        let isInstalled = pair.network.run(for: .seconds(10)) {
            pair.b.media[0].nextIndex != nil || pair.a.media[0].nextIndex != nil
        }
        #expect(isInstalled)
        let first = pair.a.media[0].nextIndex != nil ? pair.a : pair.b
        #expect(first.table.addressesInUse.count == 1)
    }

    @Test func anIdleStationThatMovesIsFollowedByItsNextPacket() {
        pair.a.move(to: Self.there)
        pair.a.control { $0.hostMoved(at: pair.network.now) }
        let found = pair.network.run(for: .milliseconds(400)) {
            pair.b.media[0].endpoint == Self.there
        }
        #expect(found)
        // Without a word of the kernel, the heartbeat shows it.
        pair.a.move(to: host(13))
        pair.network.run(for: .seconds(17)) { pair.b.media[0].endpoint == host(13) }
        #expect(pair.b.media[0].endpoint == host(13))
        #expect(pair.a.state()?.handshakes == 1 && pair.b.state()?.handshakes == 1)
    }

    @Test func whoIsSlowToAnswerIsNotLeft() {
        // The address in use answers after the patience: nobody else may keep the stream.
        let pair = Self.pair(seed: 2, delayMs: 200)
        carry(pair)
        talk(pair, for: .seconds(3))
        pair.network.tap = { _, _, _ in }
        talk(pair, for: .seconds(2), from: 1000)
        #expect(pair.b.media[0].endpoint == host(1))
    }

    /// A stranger is faster than a with everything that it says, and carries to it, and as fast as
    /// can be, whatever is sent to the stranger.
    private func carry(_ pair: Pair) {
        let network = pair.network
        let home = pair.a.endpoint
        network.tap = { [unowned network] bytes, from, to in
            if from == home, to == host(2) {
                network.inject(bytes, from: Self.stranger, to: to)
            } else if to == Self.stranger {
                network.after(.milliseconds(1)) { [unowned network] in
                    network.inject(bytes, from: host(2), to: home)
                }
            }
        }
    }

    @Test(arguments: testSeeds(10))
    func aStrangerThatCarriesTheChallengeMovesNothing(seed: UInt64) {
        let pair = Self.pair(seed: seed, delayMs: 1 + seed)
        carry(pair)
        talk(pair, for: .seconds(5))
        #expect(pair.b.media[0].endpoint == host(1))
        #expect(hearsAll(pair.a, upTo: 250))
    }

    @Test func aStrangerGetsNoMoreThanItSends() {
        var (sent, got, audio) = (0, 0, 0)
        pair.network.tap = { [unowned network = pair.network] bytes, from, to in
            if from == host(1) {
                sent += bytes.count
                network.inject(bytes, from: Self.stranger, to: to)
            } else if to == Self.stranger {
                got += bytes.count
                audio = max(audio, bytes.count)
            }
        }
        talk(pair, for: .seconds(5))
        #expect(got > 0 && got < sent / 2)
        #expect(audio == PacketLayout.datagramMin)
        #expect(pair.b.media[0].endpoint == host(1))
    }

    @Test(arguments: UInt64(1)...3)
    func aStrangerThatIsFasterDoesNotKeepAMovedPeerFromBeingFound(strangers: UInt64) {
        let pair = Self.pair(seed: strangers)
        pair.network.tap = { [unowned network = pair.network] bytes, from, to in
            guard from == Self.there, to == host(2) else { return }
            for number in 0..<strangers {
                network.inject(bytes, from: host(66 + number), to: to)
            }
        }
        pair.a.move(to: Self.there)
        talk(pair, for: .milliseconds(500))
        #expect(pair.b.media[0].endpoint == Self.there)
    }

    @Test(arguments: [UInt8(1), 2, 3], testSeeds(10))
    func aCopyThatIsFasterEndsNoHandshake(message: UInt8, seed: UInt64) {
        let pair = Pair(seed: seed)
        pair.network.tap = { [unowned network = pair.network] bytes, from, to in
            if bytes[0] == message, from != Self.stranger {
                network.inject(bytes, from: Self.stranger, to: to)
            }
        }
        pair.meet()
        pair.network.tap = { _, _, _ in }
        talk(pair, for: .seconds(2))
        #expect(pair.a.media[0].endpoint == host(2))
        #expect(pair.b.media[0].endpoint == host(1))
        #expect(hearsAll(pair.a, upTo: 100) && hearsAll(pair.b, upTo: 100))
    }

    @Test(arguments: testSeeds(10)) func bothMoveAtOnceAndAreFoundByName(seed: UInt64) {
        let pair = Self.pair(seed: seed)
        let (here, there) = (host(31), host(32))
        pair.a.names = { [here, there] own in own == here ? [there] : [here] }
        pair.b.names = pair.a.names
        pair.a.move(to: here)
        pair.b.move(to: there)
        for station in [pair.a, pair.b] {
            station.control { $0.hostMoved(at: pair.network.now) }
        }
        let moved = pair.network.now
        let met = pair.network.run(for: .seconds(5)) {
            pair.a.media[0].endpoint == there && pair.b.media[0].endpoint == here
        }
        #expect(met, "seed \(seed): \(pair.network.now - moved)")
    }
}
