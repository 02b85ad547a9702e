import Crypto
import Seeds
import Testing
import Time
import VirtualTime
import Wire

@testable import Peering

/// Whatever the network and the stations do, both end on one and the same session.
///
/// Each case prints its seed when it fails.
@Suite struct ConvergenceTests {
    private let pair = Pair(seed: 1)

    @Test(arguments: testSeeds(60)) func lossRepeatsAndReordering(seed: UInt64) {
        let pair = Pair(seed: seed, suite: seed % 2 == 0 ? .aesGCM : .chaChaPoly)
        let network = pair.network
        pair.setAnyWeather()
        let first = network.random(2) == 0 ? pair.a : pair.b
        first.start()
        network.run(for: .milliseconds(network.random(3000)))
        (first === pair.a ? pair.b : pair.a).start()
        #expect(network.run(for: .seconds(180)) { pair.a.isUp() && pair.b.isUp() })
        expectOneSession(pair)
    }

    @Test func bothStartAtOnce() {
        // Relative timings over more than two round trips: every one in a long run.
        let delay: UInt64 = 20
        for offset in UInt64(0)...100 where isTried(Int(offset), oneIn: 4) {
            for bFirst in [false, true] {
                let pair = Pair(seed: offset)
                pair.network.weather.delayMs = delay...delay
                let (first, second) = bFirst ? (pair.b, pair.a) : (pair.a, pair.b)
                first.start()
                pair.network.run(for: .milliseconds(offset))
                second.start()
                let name = "offset \(offset) ms, \(bFirst ? "b" : "a") first"
                #expect(pair.network.run(for: .milliseconds(1500)) { pair.isConverged }, "\(name)")
                expectOneSession(pair, name)
            }
        }
    }

    @Test func eitherRestartsAtAnyMoment() {
        // Over the whole of a handshake and its confirmation, then at some later times.
        let step = isLongRun ? 3 : 10
        let moments = Array(stride(from: UInt64(0), through: 140, by: step)) + [1000, 5000, 60_000]
        for moment in moments {
            for restartsA in [true, false] {
                let pair = Pair(seed: moment)
                pair.network.weather.delayMs = 20...20
                pair.a.start()
                pair.network.run(for: .milliseconds(10))
                pair.b.start()
                pair.network.run(for: .milliseconds(moment))
                let (restarted, other) = restartsA ? (pair.a, pair.b) : (pair.b, pair.a)
                other.clearHappenings()
                let wasUp = other.isUp()
                restarted.clearHappenings()
                restarted.start()
                let name = "\(restartsA ? "a" : "b") at \(moment) ms"
                #expect(pair.network.run(for: .seconds(15)) { pair.isConverged }, "\(name)")
                #expect(restarted.happenings == [.up(peer: 0, newBoot: true)], "\(name)")
                // The other station sees the peer's new run, and never a gap.
                if wasUp { #expect(other.happenings == [.up(peer: 0, newBoot: true)], "\(name)") }
                expectOneSession(pair, name)
            }
        }
    }

    @Test func aStationThatIsOnlyCalledIsFoundAgainAfterItsRestart() {
        // b has no address of a; a notices the silence.
        pair.b.peers[0].endpoints = []
        pair.meet()
        pair.b.start()
        #expect(pair.network.run(for: .seconds(55)) { pair.isConverged })
        expectOneSession(pair, "after the restart")
    }

    @Test func anM3SentIntoTheVoidDoesNotKeepTheOtherWaiting() {
        // b has the lower key; a dies after its M2, when b's waits have become long.
        pair.b.start()
        pair.network.run(for: .seconds(120))
        var isDead = false
        pair.network.tap = { bytes, from, _ in
            if bytes[0] == 2, from == host(1) { isDead = true }
        }
        pair.a.peers[0].endpoints = []
        pair.a.start()
        #expect(pair.network.run(for: .seconds(40)) { isDead })
        pair.a.stop()
        pair.network.run(for: .seconds(2))
        pair.a.peers[0].endpoints = [host(2)]
        pair.a.start()
        #expect(pair.network.run(for: .seconds(6)) { pair.isConverged })
    }

    @Test func aConfirmationLostForLongIsNoticedByTheResponder() {
        // The initiator of a rekey switches, the responder does not hear it for six seconds.
        let pair = Pair(seed: 1, limits: .rekeying(20_000, 60_000))
        pair.a.start()
        pair.network.run(for: .milliseconds(100))
        pair.b.start()
        pair.network.run(for: .seconds(2))
        #expect(pair.isConverged)
        var initiator: Endpoint?
        // M3 itself still passes.
        pair.network.tap = { bytes, from, _ in
            if bytes[0] == 3 { pair.network.after(.microseconds(500)) { initiator = from } }
        }
        pair.network.isCut = { from, _ in from == initiator }
        #expect(pair.network.run(for: .seconds(30)) { initiator != nil })
        pair.network.run(for: .seconds(6))
        pair.network.isCut = { _, _ in false }
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
    }

    @Test(arguments: [(30, false), (60, false), (60, true), (400, false)])
    func aCutOfTheNetworkEndsAndHeals(seconds: Int, oneWay: Bool) {
        let pair = Pair(seed: UInt64(seconds))
        pair.meet()
        pair.a.clearHappenings()
        pair.network.isCut = { from, _ in !oneWay || from == host(1) }
        pair.network.run(for: .seconds(seconds))
        #expect(pair.b.isUp() == (seconds < 50))
        pair.network.isCut = { _, _ in false }
        #expect(pair.network.run(for: .seconds(40)) { pair.isConverged })
        expectOneSession(pair)
        // Both are the same runs as before.
        #expect(!pair.a.happenings.contains(.up(peer: 0, newBoot: true)))
    }

    @Test(arguments: [host(7), host(8)])
    func aStationWhoseNewAddressIsConfiguredIsFoundAtOnce(address: Endpoint) {
        let pair = Pair(seed: 2)
        pair.b.peers[0].endpoints = []
        pair.meet()
        pair.b.move(to: host(7))
        pair.a.control { $0.moved(to: [address], peer: 0, at: pair.network.now) }
        let met = pair.network.run(for: .seconds(3)) {
            pair.isConverged && pair.a.media[0].endpoint == host(7)
        }
        // At a wrong address no station answers.
        #expect(met == (address == host(7)))
    }

    /// Not when its next call is due: that may be half a minute later.
    @Test func aStationThatNeverAnsweredIsCalledAtItsNewAddressAtOnce() {
        pair.a.peers[0].endpoints = [host(9)]
        pair.b.peers[0].endpoints = []
        pair.start()
        pair.network.run(for: .seconds(40))
        #expect(!pair.isConverged)
        pair.a.control { $0.moved(to: [host(2)], peer: 0, at: pair.network.now) }
        #expect(pair.network.run(for: .seconds(3)) { pair.isConverged })
    }

    @Test func anAddressThatIsStillRightChangesNothing() {
        pair.meet()
        let sent = pair.a.transmitted
        pair.a.control { $0.moved(to: [host(9), host(2)], peer: 0, at: pair.network.now) }
        pair.network.run(for: .seconds(5))
        #expect(pair.a.transmitted == sent)
        #expect(pair.isConverged)
    }

    /// In good conditions and left alone, both stay on one session and hear each other.
    private func expectOneSession(_ pair: Pair, _ name: String = "") {
        pair.network.weather = .init()
        // A handshake under way may still be given up, or be tried again.
        #expect(pair.network.run(for: .seconds(60)) { pair.isConverged }, "\(name)")
        pair.network.run(for: .seconds(7))
        #expect(pair.isConverged, "\(name)")
        let handshakes = (pair.a.transmitted, pair.b.transmitted)
        pair.a.media[0].heard = []
        pair.b.media[0].heard = []
        for number in UInt64(0)..<10 {
            #expect(pair.a.speak(number), "\(name)")
            #expect(pair.b.speak(100 + number), "\(name)")
            pair.network.run(for: .milliseconds(10))
        }
        #expect(pair.b.media[0].heard == Array(0..<10), "\(name)")
        #expect(pair.a.media[0].heard == Array(100..<110), "\(name)")
        #expect(pair.a.transmitted == handshakes.0, "\(name)")
        #expect(pair.b.transmitted == handshakes.1, "\(name)")
    }
}
