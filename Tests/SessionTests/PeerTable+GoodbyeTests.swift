import Crypto
import Testing
import Wire

@testable import Peering

@Suite struct PeerTableGoodbyeTests {
    private let pair = PeerTableGoodbyeTests.met(seed: 1)

    private static func met(seed: UInt64) -> Pair {
        let pair = Pair(seed: seed)
        pair.meet()
        pair.a.clearHappenings()
        pair.b.clearHappenings()
        return pair
    }

    @Test func aGoodbyeIsOverInFiftyMillisecondsAndErasesBothSides() {
        let start = pair.network.now
        pair.a.control { $0.close(reason: .stopping, at: start) }
        #expect(!pair.a.isClosed)
        #expect(pair.network.run(for: .milliseconds(50)) { pair.a.isClosed })
        #expect(pair.a.remoteIndex() == nil)
        #expect(pair.a.happenings == [.down(peer: 0)])
        pair.network.run(for: .milliseconds(50))
        #expect(pair.b.happenings == [.down(peer: 0)])
        #expect(pair.b.remoteIndex() == nil)
        // It sends nothing more, whatever it receives.
        let transmitted = pair.a.transmitted
        pair.network.run(for: .seconds(20))
        #expect(pair.a.transmitted == transmitted)
        #expect(pair.a.drops.contains(.closing))
    }

    @Test(arguments: 0..<3) func oneOfThreeGoodbyesIsEnough(survivor: Int) {
        let pair = Self.met(seed: 2)
        var sent = -1
        pair.network.isLost = { bytes in
            guard !isHandshake(bytes) else { return true }
            sent += 1
            return sent != survivor
        }
        pair.a.control { $0.close(reason: .stopping, at: pair.network.now) }
        pair.network.run(for: .milliseconds(100))
        #expect(pair.b.happenings == [.down(peer: 0)])
    }

    @Test(arguments: [0, 1, 5, 10, 20, 30, 40, 50, 60, 100, 500])
    func aStationThatStartsAgainAtOnceIsUpAgainAtOnce(pause: Int) {
        let pair = Self.met(seed: UInt64(pause))
        pair.network.weather.delayMs = 1...25
        pair.a.control { $0.close(reason: .stopping, at: pair.network.now) }
        pair.network.run(for: .milliseconds(50))
        pair.a.stop()
        pair.network.run(for: .milliseconds(pause))
        pair.a.start()
        #expect(pair.network.run(for: .seconds(3)) { pair.isConverged })
        #expect(pair.b.happenings.last == .up(peer: 0, newBoot: true))
    }

    @Test func aLateGoodbyeOfAnEarlierRunLeavesTheNewSessionAlone() throws {
        let old = try #require(pair.b.media[0].currentIndex)
        pair.a.start()
        #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
        pair.b.control { $0.closed(peer: 0, index: old, at: pair.network.now) }
        pair.network.run(for: .milliseconds(100))
        #expect(pair.isConverged)
        #expect(pair.b.isUp())
    }

    @Test func aRemovedPeerIsToldAndForgotten() {
        pair.a.control { $0.remove(peer: 0, at: pair.network.now) }
        pair.network.run(for: .milliseconds(100))
        #expect(pair.a.numbers.isEmpty)
        #expect(pair.a.happenings == [.down(peer: 0)])
        #expect(pair.b.happenings == [.down(peer: 0)])
        pair.network.run(for: .seconds(60))
        // It keeps calling without an answer.
        #expect(!pair.b.isUp())
        #expect(pair.a.drops.contains(.unknownKey))
        // It may come back under another number: nothing that was under way applies to it.
        pair.a.control {
            let again = $0.add(
                publicKey: pair.b.publicKey, psk: key(Pair.psk), suite: .aesGCM,
                at: pair.network.now)
            #expect(again == 1)
        }
        #expect(pair.network.run(for: .seconds(40)) { pair.a.isUp(1) && pair.b.isUp() })
    }

    @Test func aPeerWithAnotherPSKIsAddedWhileTheOldOneTakesItsLeave() {
        let psk = [UInt8](repeating: 0x78, count: 32)
        pair.a.control {
            #expect($0.peer(of: pair.b.publicKey, psk: key(Pair.psk), suite: .aesGCM) == 0)
            #expect($0.peer(of: pair.b.publicKey, psk: nil, suite: .aesGCM) == nil)
            #expect($0.peer(of: pair.b.publicKey, psk: key(psk), suite: .aesGCM) == nil)
            #expect($0.peer(of: pair.b.publicKey, psk: key(Pair.psk), suite: .chaChaPoly) == nil)
            $0.remove(peer: 0, at: pair.network.now)
            #expect($0.peer(of: pair.b.publicKey) == nil)
            let number = $0.add(
                publicKey: pair.b.publicKey, psk: key(psk), suite: .aesGCM, at: pair.network.now)
            #expect(number == 1)
        }
        pair.network.run(for: .seconds(1))
        #expect(pair.a.numbers == [1])
        // The other side still has the old session.
        #expect(!pair.a.isUp(1))
    }
}
