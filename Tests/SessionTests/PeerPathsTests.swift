import Seeds
import Testing
import Time
import Wire

@testable import Peering

/// Addresses, challenges and answers, without a network.
@Suite struct PathsTests {
    private var peer = Peer(host(1))
    let home = host(1)
    let away = host(2)

    /// Bytes that count, so that each challenge has its own.
    private final class Counting {
        private var next: UInt8 = 0

        func fill(_ bytes: inout MutableSpan<UInt8>) {
            next += 1
            for place in bytes.indices { bytes[place] = next }
        }
    }

    /// Bytes by chance.
    private final class Chance {
        var generator: SplitMix64
        init(seed: UInt64) { generator = SplitMix64(seed: seed) }

        func fill(_ bytes: inout MutableSpan<UInt8>) {
            for place in bytes.indices { bytes[place] = UInt8(generator.next() & 0xFF) }
        }
    }

    /// One peer's paths, whose stream goes to `inUse`.
    private struct Peer {
        var paths = PeerPaths()
        var inUse: Endpoint?
        private let random = Counting()

        init(_ inUse: Endpoint?) { self.inUse = inUse }

        mutating func seen(_ source: Endpoint, at moment: Int64) -> UInt64? {
            paths.seen(source, inUse: inUse, at: ms(moment), random: random.fill)
        }

        mutating func answered(_ token: UInt64?, at moment: Int64) -> PeerPaths.Step {
            let step = paths.answered(token ?? 0, inUse: inUse, at: ms(moment), random: random.fill)
            if case .moved(let address) = step { inUse = address }
            return step
        }

        /// Lets the time pass, and returns what was done when.
        mutating func pass(to end: Int64) -> [Int64: PeerPaths.Step] {
            var all: [Int64: PeerPaths.Step] = [:]
            while let due = paths.deadline, due <= ms(end) {
                let step = paths.tick(at: due)
                if case .moved(let address) = step { inUse = address }
                all[due.nanoseconds / 1_000_000] = step
            }
            return all
        }
    }

    private func token(_ step: PeerPaths.Step) -> UInt64? {
        if case .check(let token) = step { token } else { nil }
    }

    @Test mutating func aPeerThatHasMovedIsFollowedWhenItsOldAddressIsSilent() {
        #expect(peer.seen(home, at: 0) == nil)
        let asked = peer.seen(away, at: 0)
        #expect(asked != nil)
        let check = peer.answered(asked, at: 10)
        #expect(token(check) != nil && token(check) != asked)
        #expect(peer.pass(to: 259) == [90: check, 170: check])
        #expect(peer.inUse == home)
        #expect(peer.pass(to: 260) == [260: .moved(away)])
        #expect(peer.paths.deadline == nil)
    }

    @Test mutating func aPeerThatIsStillThereStays() {
        let asked = peer.seen(away, at: 0)
        let check = peer.answered(asked, at: 10)
        #expect(peer.answered(token(check), at: 100) == .none)
        #expect(peer.pass(to: 5000) == [:])
        #expect(peer.inUse == home)
        // Whoever carried the challenge is left alone for a while.
        #expect(peer.seen(away, at: 599) == nil)
        #expect(peer.seen(away, at: 600) != nil)
    }

    @Test mutating func anAddressInUseThatAnswersLateGetsTheStreamBack() {
        let check = peer.answered(peer.seen(away, at: 0), at: 10)
        _ = peer.pass(to: 1000)
        #expect(peer.inUse == away)
        #expect(peer.answered(token(check), at: 1500) == .moved(home))
        // After two seconds, its answer may come from anywhere.
        let other = peer.answered(peer.seen(away, at: 3000), at: 3010)
        _ = peer.pass(to: 4000)
        #expect(peer.inUse == away)
        #expect(peer.answered(token(other), at: 5011) == .none)
    }

    @Test mutating func bytesThatWereNotSentProveNothing() {
        let asked = peer.seen(away, at: 0)!
        #expect(peer.answered(asked ^ 1, at: 10) == .none)
        #expect(peer.answered(0, at: 10) == .none)
        // Too late.
        #expect(peer.answered(asked, at: 2000) == .none)
        #expect(peer.paths.deadline == nil)
    }

    @Test mutating func aChallengeIsRepeatedForAPacketAndNotByTheClock() {
        let asked = peer.seen(away, at: 0)
        #expect(peer.seen(away, at: 79) == nil)
        #expect(peer.seen(away, at: 80) == asked)
        #expect(peer.paths.deadline == nil)
        // Another one when the first is too old to count.
        let again = peer.seen(away, at: 2000)
        #expect(again != nil && again != asked)
    }

    /// A way through another peer gives way to any address that is proved; an address gives way to
    /// such a way only when it does not answer, then or on trial.
    @Test func anAddressTakesOverFromAWayAtOnce() {
        let way = Endpoint(Endpoint.Way(forwarder: 1, place: 0))
        var byWay = Peer(way)
        let token = byWay.seen(away, at: 0)
        #expect(byWay.answered(token, at: 10) == .moved(away))
        // It is asked once more, a second later.
        #expect(byWay.paths.deadline == ms(1010))
        guard case .check(let trial) = byWay.paths.tick(at: ms(1010)) else {
            Issue.record("the address is on trial")
            return
        }
        #expect(byWay.answered(trial, at: 1020) == .none && byWay.paths.deadline == nil)
        byWay = Peer(way)
        _ = byWay.answered(byWay.seen(away, at: 0), at: 10)
        #expect(byWay.pass(to: 1259).count == 3 && byWay.inUse == away)
        #expect(byWay.pass(to: 1260) == [1260: .moved(way)])
        var direct = Peer(home)
        let other = direct.seen(way, at: 0)
        guard case .check(let check) = direct.answered(other, at: 10) else {
            Issue.record("the address in use is asked first")
            return
        }
        #expect(direct.answered(check, at: 20) == .none && direct.inUse == home)
    }

    /// The address of a station that passes on, which has carried a challenge itself.
    @Test func aKnownAddressTakesOverFromAnUnknownOneAtOnce() {
        var peer = Peer(away)
        let token = peer.seen(home, at: 0)
        let step = peer.paths.answered(
            token ?? 0, inUse: away, better: [home], at: ms(10), random: { $0[0] = 1 })
        #expect(step == .moved(home) && peer.paths.deadline == nil)
    }

    /// Somebody sends copies of each packet of a peer that has moved, before and after it, from
    /// forty addresses; the way to the peer and back takes 60 ms.
    @Test func aStrangersAddressesDoNotKeepTheTrueOneOut() throws {
        let copies = 8
        var times: [Int64] = []
        for seed in testSeeds(20) {
            let chance = Chance(seed: seed)
            var paths = PeerPaths()
            var waiting: [(token: UInt64, due: Int64)] = []
            var found: Int64?
            var at: Int64 = 0
            while found == nil, at < 20_000 {
                for copy in 0...copies {
                    let isOwn = copy == copies / 2
                    let source = isOwn ? away : host(10 + chance.generator.next() % 40)
                    let token = paths.seen(source, inUse: home, at: ms(at), random: chance.fill)
                    if isOwn, let token { waiting.append((token, at + 60)) }
                }
                while let first = waiting.first, first.due <= at {
                    waiting.removeFirst()
                    let step = paths.answered(
                        first.token, inUse: home, at: ms(at), random: chance.fill)
                    if case .check = step { found = at }
                }
                at += 20
            }
            times.append(try #require(found, "seed \(seed)"))
        }
        times.sort()
        #expect(times[(times.count - 1) / 2] <= 500, "\(times)")
        #expect(times[times.count - 1] <= 2_000, "\(times)")
    }

    @Test func withoutAnAddressInUseTheFirstThatAnswersIsIt() {
        var peer = Peer(nil)
        #expect(peer.answered(peer.seen(away, at: 0), at: 10) == .moved(away))
    }
}
