import Seeds
import Testing
import Time

@testable import Peering

/// What a stranger learns from the times of packets (threat-model.md, "Who learns what").
@Suite struct TimingTests {
    /// The kinds of packets that a stranger tells apart: the handshake messages, and data.
    private enum Kind: UInt8 { case m1 = 1, m2, m3, cookie, data }

    /// When two stations send what: one calls the other, which is away for minutes, and then they
    /// have a session and nothing to say.
    private func times(seed: UInt64, secrets: (UInt8, UInt8)) -> [Kind: [Instant]] {
        let pair = Pair(seed: seed, secrets: secrets)
        var times: [Kind: [Instant]] = [:]
        pair.network.tap = { bytes, _, _ in
            times[Kind(rawValue: bytes[0]) ?? .data, default: []].append(pair.network.now)
        }
        pair.a.start()
        pair.network.run(for: .seconds(300))
        pair.b.start()
        pair.network.run(for: .seconds(600))
        #expect(pair.isConverged)
        return times
    }

    private func waits(_ times: [Instant]) -> [Duration] {
        zip(times, times.dropFirst()).map { $1 - $0 }
    }

    /// Each M1 and each heartbeat is drawn by lot; M2 and M3 answer packets of the peer.
    @Test func twoStartsWithTheSameKeysHaveNoTimesInCommon() throws {
        let seed = testSeed()
        let first = times(seed: seed, secrets: (0x11, 0x22))
        let second = times(seed: seed + 1, secrets: (0x11, 0x22))
        for kind in [Kind.m1, .data] {
            let (one, other) = (waits(first[kind] ?? []), waits(second[kind] ?? []))
            #expect(one.count > 10 && other.count > 10)
            let same = zip(one, other).count { $0 == $1 }
            #expect(same * 4 < one.count, "\(kind), seed \(seed)")
        }
    }

    /// The times follow from random numbers alone: with the same ones, stations with other keys
    /// send each packet at the same moment.
    @Test func noTimeDependsOnAKey() {
        let seed = testSeed()
        let first = times(seed: seed, secrets: (0x11, 0x22))
        let second = times(seed: seed, secrets: (0x22, 0x33))
        #expect(Set(first.keys) == [.m1, .m2, .m3, .data])
        #expect(first == second)
    }
}
