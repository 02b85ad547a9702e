import Crypto
import Glibc
import Testing
import Time
import Wire

@testable import Session

/// Who is a peer cannot be asked by someone who knows a station's public key, and has the keys of
/// others: not by an answer, and not by how long the station takes.
@Suite struct MembershipTests {
    let vectors: Vectors
    init() throws { vectors = try Vectors() }

    enum Caller: CaseIterable {
        /// A peer's key, without its secret or psk.
        case wrongProof
        /// A key that belongs to no peer.
        case stranger
        case wrongSuite
        /// A peer's key, where two psks are accepted, and where one is that both have made.
        case pendingPSK, usedPSK
        /// Whose identity cannot be read at all: no key agreement follows. The planted difference.
        case unreadable
    }

    /// Who cannot be told from `wrongProof`.
    private static let alike: [Caller] = [.stranger, .wrongSuite, .pendingPSK, .usedPSK]
    private static let made = PreSharedKey(key([UInt8](repeating: 0x44, count: 32)))

    private func handshake(_ caller: Caller) -> Exchange {
        let none = [UInt8](repeating: 0, count: 32)
        let record: Exchange.Record? =
            switch caller {
            case .wrongProof: .init(psk: none, suite: .aesGCM)
            case .stranger: .init(psk: none, suite: .aesGCM, isKnown: false)
            case .wrongSuite: .init(psk: none, suite: .chaChaPoly)
            case .pendingPSK: .init(psk: none, suite: .aesGCM, pair: .pending(Self.made))
            case .usedPSK: .init(psk: none, suite: .aesGCM, pair: .used(Self.made))
            case .unreadable: nil
            }
        return Exchange(.aesGCM, vectors: vectors, record: record)
    }

    /// The processor time in ns that the last message of a handshake takes.
    private func work(_ caller: Caller) -> Int {
        let exchange = handshake(caller)
        guard let m2 = exchange.m2(exchange.m1()), var m3 = exchange.m3(m2) else { return 0 }
        if caller == .unreadable {
            m3[8] ^= 1
            m3 = exchange.signed(m3)
        }
        let start = clock()
        let verdict = exchange.responder.receive(
            m3.span, from: Exchange.initiatorAt, at: exchange.now)
        let end = clock()
        #expect(verdict != .accepted)
        #expect(exchange.responder.fetch().isEmpty)
        return end - start
    }

    /// The processor time of this thread: others have the processor in between.
    private func clock() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Whether somebody who may ask often can tell one from the other.
    private func areTold(_ left: [Int], _ right: [Int]) -> Bool {
        // The least of many: all that disturbs only adds.
        guard let left = left.min(), let right = right.min() else { return true }
        return abs(left - right) * 10 > max(left, right)
    }

    @Test func theTimeDoesNotTellWhoIsAPeer() {
        var found: [Caller: [Int]] = [:]
        // A busy machine leaves hardly one of forty alone. More bring the least of each nearer to
        // what the work takes, so a difference that is there only shows better.
        for _ in 0..<10 {
            for _ in 0..<40 {
                for caller in Caller.allCases { found[caller, default: []].append(work(caller)) }
            }
            let others = Self.alike.map { found[$0] ?? [] }
            if !others.contains(where: { areTold(found[.wrongProof] ?? [], $0) }) { break }
        }
        let peer = found[.wrongProof] ?? []
        let shown = "least: \(found.mapValues { $0.min() ?? 0 })"
        for other in Self.alike { #expect(!areTold(peer, found[other] ?? []), "\(shown)") }
        // The same judge finds a difference where there is one.
        #expect(areTold(peer, found[.unreadable] ?? []), "\(shown)")
    }
}
