import Crypto
import Testing
import Time
import Wire

@testable import Session

/// Two stations of a site make a psk by themselves, and insist on it from then on (protocol.md
/// §4.3).
@Suite struct PairKeyTests {
    @Test func twoMakeOneAndProveItAtOnce() {
        for seed in seeds(8) {
            let pair = Self.pair(seed)
            pair.start()
            #expect(pair.network.run(for: .seconds(10)) { pair.isPaired }, "seed \(seed)")
            #expect(pair.isConverged)
            #expect(pair.a.state()?.hasPSK == true && pair.b.state()?.hasPSK == true)
            #expect(pair.a.disk.pending.isEmpty && pair.b.disk.pending.isEmpty)
            // One session to make it, one to prove it; then it is as with any psk.
            #expect(pair.a.state()?.handshakes == 2)
            // And nobody was down for that.
            #expect(pair.a.happenings == [.up(peer: 0, newBoot: true)])
            #expect(pair.b.happenings == [.up(peer: 0, newBoot: true)])
            let psk = pair.a.disk.used[0]
            pair.network.run(for: .seconds(400))
            #expect(pair.isConverged)
            #expect(pair.a.disk.used[0] === psk && pair.a.disk.kept.count == 1)
            #expect(pair.a.drops.allSatisfy { if case .psk = $0 { false } else { true } })
        }
    }

    @Test func noSoundIsLostOnTheWay() {
        let pair = Self.pair(3)
        pair.start()
        #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
        var sent: UInt64 = 0
        while !pair.isPaired, sent < 2000 {
            sent += 1
            pair.a.speak(sent)
            pair.b.speak(sent)
            pair.network.run(for: .milliseconds(10))
        }
        for _ in 0..<50 {
            sent += 1
            pair.a.speak(sent)
            pair.b.speak(sent)
            pair.network.run(for: .milliseconds(10))
        }
        #expect(pair.isPaired)
        #expect(pair.a.media[0].heard == Array(1...sent))
        #expect(pair.b.media[0].heard == Array(1...sent))
    }

    @Test func theyAgreeInAnyWeather() {
        for seed in seeds(60) {
            let pair = Self.pair(seed)
            let network = pair.network
            pair.setAnyWeather()
            pair.a.start()
            network.run(for: .milliseconds(network.random(3000)))
            pair.b.start()
            network.run(for: .seconds(60))
            network.weather = .init()
            let met = network.run(for: .seconds(200)) { pair.isPaired && pair.isConverged }
            #expect(met, "seed \(seed)")
        }
    }

    /// Whatever is on the two disks when one dies, they find together again, and never without the
    /// psk once one of them insists on it.
    @Test func eitherDiesAtAnyStep() {
        for cut in PairDisk.Cut.allCases {
            for diesA in [true, false] {
                for both in [true, false] {
                    for lost in [UInt64(0), 300] {
                        let pair = Self.pair(lost + 1)
                        pair.network.weather.lost = lost
                        pair.network.weather.delayMs = 1...30
                        let name = "\(cut), \(diesA ? "a" : "b"), both \(both), lost \(lost)"
                        (diesA ? pair.a : pair.b).disk.cut = cut
                        if both { (diesA ? pair.b : pair.a).disk.cut = cut }
                        pair.start()
                        pair.network.run(for: .seconds(60)) {
                            !pair.a.isRunning || !pair.b.isRunning
                        }
                        #expect(!pair.a.isRunning || !pair.b.isRunning, "\(name)")
                        pair.network.run(for: .seconds(2))
                        for station in [pair.a, pair.b] where !station.isRunning { station.start() }
                        if both {
                            pair.network.run(for: .seconds(60)) {
                                !pair.a.isRunning || !pair.b.isRunning
                            }
                            for station in [pair.a, pair.b] where !station.isRunning {
                                station.start()
                            }
                        }
                        let met = pair.network.run(for: .seconds(200)) {
                            pair.isPaired && pair.isConverged
                        }
                        #expect(met, "\(name)")
                    }
                }
            }
        }
    }

    @Test func theyAreKilledAgainAndAgain() {
        for seed in seeds(60) {
            let pair = Self.pair(seed)
            let network = pair.network
            network.weather.delayMs = 0...(1 + network.random(200))
            network.weather.lost = network.random(300)
            pair.start()
            for _ in 0..<(3 + network.random(6)) {
                let station = network.random(2) == 0 ? pair.a : pair.b
                let cuts = PairDisk.Cut.allCases
                station.disk.cut = cuts[Int(network.random(UInt64(cuts.count)))]
                network.run(for: .milliseconds(network.random(8000)))
                if network.random(3) == 0 { station.stop() }
                network.run(for: .milliseconds(network.random(3000)))
                for station in [pair.a, pair.b] where !station.isRunning { station.start() }
            }
            pair.a.disk.cut = nil
            pair.b.disk.cut = nil
            network.weather = .init()
            let met = network.run(for: .seconds(300)) { pair.isPaired && pair.isConverged }
            #expect(met, "seed \(seed)")
        }
    }

    /// Each may have a key of another session: one of them missed the last one.
    @Test func twoDifferentKeysAreReplacedByOne() {
        for (forA, forB) in [(true, true), (true, false), (false, true)] {
            let pair = Self.pair(2)
            if forA { pair.a.disk.setPending(0x31) }
            if forB { pair.b.disk.setPending(0x32) }
            pair.start()
            let met = pair.network.run(for: .seconds(30)) { pair.isPaired && pair.isConverged }
            #expect(met, "\(forA) \(forB)")
        }
    }

    /// An older program, or one whose disk is full, says nothing.
    @Test func aPeerThatMakesNoneIsTalkedToWithout() {
        let pair = Self.pair(2)
        pair.b.disk.isFull = true
        pair.start()
        pair.network.run(for: .seconds(1000))
        #expect(pair.isConverged)
        #expect(pair.a.state()?.hasPSK == false)
        #expect(pair.a.disk.used.isEmpty && pair.b.disk.used.isEmpty)
        #expect(pair.a.happenings.count == 1 && pair.b.happenings.count == 1)
        // And after a restart, which does not know what the peer has.
        pair.a.start()
        #expect(pair.network.run(for: .seconds(10)) { pair.isConverged })
        pair.b.disk.isFull = false
        #expect(pair.network.run(for: .seconds(400)) { pair.isPaired })
    }

    /// A disk that is full when the psk comes into use: the station insists all the same, and after
    /// a restart still has what the peer insists on.
    @Test func aDiskThatIsFullAtTheLastStep() {
        let pair = Self.pair(2)
        pair.start()
        #expect(pair.network.run(for: .seconds(10)) { !pair.a.disk.pending.isEmpty })
        pair.a.disk.isFull = true
        #expect(pair.network.run(for: .seconds(10)) { pair.a.state()?.hasPSK == true })
        pair.network.run(for: .seconds(2))
        pair.a.start()
        #expect(pair.network.run(for: .seconds(10)) { pair.isConverged })
        #expect(pair.a.state()?.hasPSK == true)
    }

    @Test func aPairWithAPersonsKeyMakesNone() {
        let pair = Pair(seed: 1)
        pair.a.peers[0].isOfSite = true
        pair.b.peers[0].isOfSite = true
        pair.start()
        pair.network.run(for: .seconds(300))
        #expect(pair.isConverged)
        #expect(pair.a.disk.kept.isEmpty && pair.b.disk.kept.isEmpty)
        #expect(pair.a.state()?.makesPSK == false)
    }

    @Test func twoThatAreOfNoSiteMakeNone() {
        for isOne in [true, false] {
            let pair = Self.pair(2)
            pair.a.peers[0].isOfSite = false
            pair.b.peers[0].isOfSite = isOne
            pair.start()
            pair.network.run(for: .seconds(300))
            #expect(pair.isConverged)
            #expect(pair.a.disk.kept.isEmpty && pair.b.disk.used.isEmpty)
        }
    }

    // MARK: Insisting

    @Test func afterThatNobodyComesWithout() {
        for losesA in [true, false] {
            let pair = Self.pair(2)
            pair.start()
            #expect(pair.network.run(for: .seconds(10)) { pair.isPaired })
            // Restored from a backup that is older than the psk.
            let (restored, other) = losesA ? (pair.a, pair.b) : (pair.b, pair.a)
            restored.stop()
            restored.disk.lose(0)
            restored.start()
            other.clearHappenings()
            pair.network.run(for: .seconds(400))
            #expect(!restored.isUp() && !other.isUp())
            #expect(other.happenings == [.down(peer: 0)])
            #expect(other.reason() == .psk)
            #expect(other.drops.contains(.psk(peer: 0)))

            // A roster that renews it ends that, also before the restored station has it.
            other.disk.demote(0)
            other.takeFiles()
            // It calls at once, and a second later without the key that the other one has lost.
            #expect(pair.network.run(for: .seconds(4)) { other.isUp() && restored.isUp() })
            #expect(pair.network.run(for: .seconds(60)) { pair.isPaired && pair.isConverged })
            #expect(other.disk.kept.count == 2 && restored.disk.kept.count == 2)
        }
    }

    /// Without the guard at the psk that is in use, the same attacker is let in.
    @Test func anAttackerWithTheStaticKeyOfThePeerIsRefused() {
        for isUsed in [true, false] {
            let pair = Self.pair(2)
            pair.start()
            #expect(pair.network.run(for: .seconds(10)) { pair.isPaired })
            pair.b.stop()
            if !isUsed {
                pair.a.disk.demote(0)
                pair.a.takeFiles()
            }
            pair.network.run(for: .seconds(60))
            #expect(!pair.a.isUp())
            // It has computed the secret from the public key, and has no psk.
            let attacker = SimulatedStation(pair.network, at: host(2), secret: pair.b.secret)
            attacker.peers = pair.b.peers
            attacker.start()
            pair.network.run(for: .seconds(90)) { pair.a.isUp() }
            #expect(pair.a.isUp() != isUsed)
        }
    }

    /// A session without the psk that was made before, but comes into use after: an attacker may
    /// have kept it open.
    @Test func aSessionWithoutThatComesTooLateIsRefused() {
        for insists in [true, false] {
            let pair = Self.pair(2)
            pair.a.disk.isFull = true
            pair.b.disk.isFull = true
            pair.start()
            pair.network.run(for: .seconds(2))
            let network = pair.network
            // a calls b without a psk, and b does not hear that a has begun to use the session.
            network.isLost = { !isHandshake($0) }
            let psk = PreSharedKey(key([UInt8](repeating: 0x55, count: 32)))
            pair.a.control { $0.doubted(peer: 0, at: network.now) }
            let hasNext = network.run(for: .seconds(3)) { pair.b.media[0].nextIndex != nil }
            #expect(hasNext)
            if insists {
                pair.b.control { $0.follow(.files(.used(psk)), of: 0, at: network.now) }
            }
            network.isLost = { _ in false }
            let before = pair.b.state()?.handshakes
            network.run(for: .milliseconds(700))
            #expect((pair.b.state()?.handshakes == before) == insists)
        }
    }

    /// What the peer said in an earlier session may be of a key that it has replaced since.
    @Test func onlyTheSessionInUseCounts() {
        let pair = Self.pair(2)
        pair.a.disk.isFull = true
        pair.start()
        #expect(pair.network.run(for: .seconds(3)) { !pair.b.disk.kept.isEmpty })
        pair.network.run(for: .seconds(1))
        #expect(pair.isConverged)
        let old = pair.b.media[0].currentIndex ?? 0
        pair.a.control { $0.doubted(peer: 0, at: pair.network.now) }
        pair.network.run(for: .seconds(3))
        let new = pair.b.media[0].currentIndex ?? 0
        #expect(old != new && pair.isConverged)
        // b has the key of the first session, and this one would replace it.
        pair.b.control { $0.follow(.ready(1, index: old), of: 0, at: pair.network.now) }
        #expect(pair.b.disk.kept.count == 1)
        pair.b.control { $0.follow(.ready(1, index: new), of: 0, at: pair.network.now) }
        #expect(pair.b.disk.kept.count == 2)
        // Once in each session, whatever the peer says.
        for other in UInt64(2)...9 {
            pair.b.control {
                $0.follow(.ready(other, index: new), of: 0, at: pair.network.now)
            }
        }
        #expect(pair.b.disk.kept.count == 2)
    }

    /// A healthy station that is renewed stays up, and so does its peer.
    @Test func whoeverIsRenewedWithoutNeedKeepsItsKey() {
        let pair = Self.pair(2)
        pair.start()
        #expect(pair.network.run(for: .seconds(10)) { pair.isPaired })
        let psk = pair.a.disk.used[0]
        for station in [pair.a, pair.b] {
            station.disk.demote(0)
            station.takeFiles()
            pair.network.run(for: .seconds(30))
        }
        // Not only with the next keys.
        #expect(pair.network.run(for: .seconds(5)) { pair.isPaired && pair.isConverged })
        #expect(pair.a.disk.used[0]?.reference == psk?.reference)
        #expect(pair.a.happenings.count == 1 && pair.b.happenings.count == 1)
    }

    @Test func bothDeriveTheSameAndAnotherOneEachTime() {
        var seen: Set<UInt64> = []
        for seed in seeds(5) {
            let pair = Self.pair(seed)
            pair.start()
            #expect(pair.network.run(for: .seconds(10)) { pair.isPaired })
            if let psk = pair.a.disk.used[0] { seen.insert(psk.reference) }
        }
        #expect(seen.count == seeds(5).count)
    }

    @Test func ownHandshakesProveItUnlessThePeerSeemsToHaveNone() {
        let psk = PreSharedKey(key([UInt8](repeating: 0x44, count: 32)))
        let now = Instant(nanoseconds: 0)
        var pair = PairKeys()
        #expect(pair.offered == nil && !pair.isOpen)
        pair.load(.pending(psk))
        // After a start the peer may use it already.
        #expect(pair.offered === psk && !pair.isAgreed)
        pair.metWithoutKey(at: now)
        #expect(pair.offered == nil && pair.nextNotice == now)
        let isOther = pair.heard(psk.reference)
        #expect(!isOther && pair.offered === psk && pair.isAgreed)
        pair.gaveUp(psk)
        #expect(pair.offered == nil && !pair.isAgreed)
        pair.gaveUp(nil)
        #expect(pair.offered === psk)
        // What the files say again changes nothing.
        pair.metWithoutKey(at: now)
        pair.load(.pending(psk))
        #expect(pair.offered == nil)
        pair.promote(psk)
        pair.gaveUp(psk)
        let told = pair.notice(at: now)
        #expect(pair.offered === psk && told == nil)
        pair.load(.unwanted)
        #expect(pair.offered == nil && !pair.isWanted)
    }

    // MARK: Tools

    private static func pair(_ seed: UInt64) -> Pair {
        let pair = Pair(seed: seed)
        for station in [pair.a, pair.b] {
            station.peers[0].psk = nil
            station.peers[0].isOfSite = true
        }
        return pair
    }
}

extension Pair {
    /// Whether both have one psk in use, on their disks.
    fileprivate var isPaired: Bool {
        guard let left = a.disk.used[0], let right = b.disk.used[0] else { return false }
        return left.equals(right) && a.disk.pending.isEmpty && b.disk.pending.isEmpty
    }
}

extension SimulatedStation {
    /// As a reload does that follows a roster.
    fileprivate func takeFiles() {
        let files = disk.files(0)
        control { $0.follow(.files(files), of: 0, at: network.now) }
    }
}

extension PairDisk {
    fileprivate func setPending(_ byte: UInt8) {
        let psk = PreSharedKey(key([UInt8](repeating: byte, count: 32)))
        _ = keep(psk, of: 0, stopping: {})
    }
}
