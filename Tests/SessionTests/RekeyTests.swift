import Crypto
import Seeds
import Testing

@testable import Peering

/// A new session takes over from the old one, and no packet is lost.
@Suite struct RekeyTests {
    @Test(arguments: testSeeds(10)) func rekeyInContinuousTrafficLosesNoPacket(seed: UInt64) {
        let pair = Pair(
            seed: seed, suite: seed % 2 == 0 ? .aesGCM : .chaChaPoly,
            limits: .rekeying(2_000, 2_500, expiry: 120_000))
        let network = pair.network
        network.weather.delayMs = 0...(1 + network.random(120))
        network.weather.repeated = network.random(100)
        // Handshakes may fail; the packets must not notice.
        let loss = network.random(300)
        network.isLost = { bytes in
            isHandshake(bytes) && network.random(1000) < loss
        }
        pair.a.lag = .milliseconds(network.random(20))
        pair.b.lag = .milliseconds(network.random(20))
        pair.meet(within: 60)
        let before = pair.a.media[0].switches.count
        var said: UInt64 = 0
        while said < 3000 {
            guard pair.a.speak(said), pair.b.speak(said) else {
                Issue.record("seed \(seed): no session at packet \(said)")
                break
            }
            said += 1
            network.run(for: .milliseconds(10))
        }
        network.run(for: .seconds(1))
        #expect(pair.a.media[0].switches.count - before >= 3)
        for station in [pair.a, pair.b] {
            #expect(Set(station.media[0].heard) == Set(0..<said))
            // The window lets no packet through twice.
            #expect(station.media[0].heard.count == Int(said))
            #expect(station.happenings == [.up(peer: 0, newBoot: true)])
        }
    }

    @Test func bothRekeyByPacketCountAtOnce() {
        var limits = SessionLimits()
        limits.rekeyPackets = 300
        let pair = Pair(seed: 3, limits: limits)
        pair.network.weather.delayMs = 5...30
        pair.meet(within: 5)
        for number in UInt64(0)..<2000 {
            #expect(pair.a.speak(number) && pair.b.speak(number))
            pair.network.run(for: .milliseconds(10))
        }
        pair.network.run(for: .seconds(1))
        #expect(pair.isConverged)
        #expect(pair.a.media[0].switches.count >= 4)
        #expect(pair.a.media[0].heard.count == 2000)
        #expect(pair.b.media[0].heard.count == 2000)
    }

    @Test func anHourOfSilenceKeepsOneSessionWarm() {
        let pair = Pair(seed: 4)
        pair.network.weather = .init(lost: 0, repeated: 50, delayMs: 1...50)
        pair.start()
        pair.network.run(for: .seconds(3600))
        pair.network.weather = .init()
        #expect(pair.network.run(for: .seconds(10)) { pair.isConverged })
        for station in [pair.a, pair.b] {
            #expect(station.happenings == [.up(peer: 0, newBoot: true)])
            // A handshake in two minutes, not more.
            #expect((29...34).contains(station.media[0].switches.count))
        }
    }
}
