import Crypto
import Glibc
import Seeds
import Testing

@testable import Peering

/// Who is a peer cannot be asked by someone who knows a station's public key, and has the keys of
/// others: not by an answer, and not by how long the station takes.
@Suite struct MembershipTests {
    enum Caller: CaseIterable {
        /// A peer's key, without its secret or psk.
        case wrongProof
        /// A key that belongs to no peer.
        case stranger
        case wrongSuite
        /// Whose identity cannot be read at all: no key agreement follows. The planted difference.
        case unreadable
    }

    /// Who cannot be told from `wrongProof`.
    private static let alike: [Caller] = [.stranger, .wrongSuite]

    private func handshake(_ caller: Caller) -> Exchange {
        let none = [UInt8](repeating: 0, count: 32)
        let record: Exchange.Record? =
            switch caller {
            case .wrongProof: .init(psk: none, suite: .aesGCM)
            case .stranger: .init(psk: none, suite: .aesGCM, isKnown: false)
            case .wrongSuite: .init(psk: none, suite: .chaChaPoly)
            case .unreadable: nil
            }
        return Exchange(.aesGCM, record: record)
    }

    /// The processor time in ns that the last message of a handshake takes.
    private func work(_ caller: Caller) -> Int {
        let exchange = handshake(caller)
        guard let m2 = exchange.m2(exchange.m1()), var m3 = exchange.m3(m2) else {
            Issue.record("no handshake")
            return 0
        }
        if caller == .unreadable {
            m3[8] ^= 1
            m3 = exchange.signed(m3)
        }
        let start = clock()
        let drop = exchange.responder.receive(m3.span, from: Exchange.initiatorAt, at: exchange.now)
        let end = clock()
        #expect(drop != nil)
        #expect(exchange.responder.fetch().isEmpty)
        return end - start
    }

    /// The processor time of this thread: others have the processor in between.
    private func clock() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// How much longer each caller takes than `wrongProof`, as ratios: one for each round.
    ///
    /// In a round all run one after the other, so what slows the machine down slows all of them,
    /// and each has each place in turn.
    private func measure(rounds: Int, into ratios: inout [Caller: [Double]]) {
        let callers = Caller.allCases
        for round in 0..<rounds {
            var taken: [Caller: Int] = [:]
            for place in callers.indices {
                let caller = callers[(round + place) % callers.count]
                taken[caller] = work(caller)
            }
            guard let peer = taken[.wrongProof], peer > 0 else { continue }
            for (caller, time) in taken {
                ratios[caller, default: []].append(Double(time) / Double(peer))
            }
        }
    }

    private func median(_ ratios: [Double]?) -> Double {
        guard let ratios, !ratios.isEmpty else { return .infinity }
        return ratios.sorted()[ratios.count / 2]
    }

    /// Whether somebody who may ask often can tell one caller from `wrongProof`.
    ///
    /// By the median: a round that was disturbed, or ran faster than all others, moves it by one
    /// place.
    private func isTold(_ ratios: [Double]?) -> Bool { !(0.9...1.1).contains(median(ratios)) }

    @Test(.enabled(if: isLongRun, "tools/test --all runs it: it measures processor time"))
    func theTimeDoesNotTellWhoIsAPeer() {
        var ratios: [Caller: [Double]] = [:]
        measure(rounds: 40, into: &ratios)
        // More rounds bring each median nearer to what the work takes, so a difference that is
        // there only shows better.
        if Self.alike.contains(where: { isTold(ratios[$0]) }) {
            measure(rounds: 360, into: &ratios)
        }
        let shown = "medians: \(ratios.mapValues { median($0) })"
        for other in Self.alike { #expect(!isTold(ratios[other]), "\(shown)") }
        // The same judge finds a difference where there is one.
        #expect(isTold(ratios[.unreadable]) && median(ratios[.unreadable]) < 1, "\(shown)")
    }
}
