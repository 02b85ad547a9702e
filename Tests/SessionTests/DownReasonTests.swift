import Crypto
import Testing
import Time

@testable import Peering

/// Each fault of a pair has its own reason, on both sides where both can see it, and is forgotten.
@Suite struct DownReasonTests {
    private let pair = Pair(seed: 1)

    private func expect(
        _ reason: DownReason?, after wait: Duration, at place: SourceLocation = #_sourceLocation
    ) {
        pair.network.run(for: wait)
        #expect(pair.a.reason() == reason, sourceLocation: place)
    }

    @Test func aPeerThatDoesNotKnowUsAnswersAndDoesNotAcceptUs() {
        pair.b.peers = []
        pair.start()
        #expect(pair.a.reason() == .handshaking)
        expect(.notAccepted, after: .seconds(12))
        // There it is an unknown caller; without a psk it would have proven its key.
        let caller = pair.b.unknownCallers.first
        #expect(caller?.publicKey == pair.a.publicKey)
        #expect(caller?.source == host(1))
        #expect(caller?.isProven == false)
        // Added there, with the psk, it comes up, and there are no unknown callers any more.
        pair.b.peers = [.init(publicKey: pair.a.publicKey, psk: Pair.psk, endpoints: [])]
        let added = (key: pair.a.publicKey, at: pair.network.now)
        pair.b.control {
            $0.add(publicKey: added.key, psk: key(Pair.psk), suite: .aesGCM, at: added.at)
        }
        // A newer list of the site may have changed the peer's mind: it is asked again at once.
        pair.a.control { $0.retryAll(at: added.at) }
        #expect(pair.a.reason() == .handshaking)
        #expect(pair.network.run(for: .seconds(1)) { pair.a.isUp() })
        #expect(pair.a.reason() == nil)
        #expect(pair.b.unknownCallers.isEmpty)
    }

    @Test func aCallerWithoutPSKProvesItsKeyToOneWithoutPeers() {
        pair.a.peers[0].psk = nil
        pair.b.peers = []
        pair.start()
        pair.network.run(for: .seconds(3))
        #expect(pair.b.unknownCallers.map(\.publicKey) == [pair.a.publicKey])
        #expect(pair.b.unknownCallers.map(\.isProven) == [true])
        // It gets an M2, and nothing after it.
        #expect(Set(pair.b.transmitted.keys) == [2])
        pair.a.stop()
        pair.network.run(for: .seconds(601))
        #expect(pair.b.unknownCallers.isEmpty)
    }

    private static let anotherPSK = [UInt8](repeating: 0x78, count: 32)
    /// An M1 whose mac is wrong.
    private static let forged: [UInt8] = [1, 1, 1, 0, 0x20] + [UInt8](repeating: 0, count: 1227)
    private static let anotherKey = X25519.publicKey(of: key([UInt8](repeating: 0x33, count: 32)))

    /// What is wrong in the settings of two, and what each of them says.
    @Test func whatDiffersIsToldOnBothSides() {
        expect(.psk, .psk) { $0.b.peers[0].psk = Self.anotherPSK }
        // From an address that is not the peer's, any station can claim its key.
        expect(.noAnswer, nil) {
            $0.b.peers[0].psk = Self.anotherPSK
            $0.b.move(to: host(3))
        }
        // One that never calls.
        expect(.notAccepted, .psk) {
            $0.b.peers[0].psk = nil
            $0.b.peers[0].endpoints = []
        }
        expect(.suite(.chaChaPoly), .suite(.aesGCM)) { $0.b.peers[0].suite = .chaChaPoly }
        expect(
            .otherKey(Pair(seed: 3).b.publicKey, at: host(2)), .toldOtherKey(at: host(1))
        ) { $0.a.peers[0].publicKey = Self.anotherKey }
    }

    private func expect(
        _ atA: DownReason, _ atB: DownReason?, at place: SourceLocation = #_sourceLocation,
        change: (Pair) -> Void
    ) {
        let pair = Pair(seed: 3)
        change(pair)
        pair.start()
        pair.network.run(for: .seconds(30))
        #expect(pair.a.reason() == atA, sourceLocation: place)
        if let atB { #expect(pair.b.reason() == atB, sourceLocation: place) }
    }

    @Test func aClosedPortIsToldAndForgottenWhenSomebodyListens() {
        pair.a.isProbeAnswered = true
        pair.a.start()
        expect(.portClosed(host(2)), after: .seconds(3))
        pair.b.start()
        #expect(pair.network.run(for: .seconds(5)) { pair.a.isUp() })
        #expect(pair.a.reason() == nil)
        // When it is lost again, former reasons are forgotten.
        pair.b.stop()
        pair.a.isProbeAnswered = false
        expect(.handshaking, after: .seconds(52))
        expect(.noAnswer, after: .seconds(20))
    }

    @Test func aClosedPortIsForgottenAsSoonAsAPacketComesFromIt() {
        pair.a.isProbeAnswered = true
        pair.a.start()
        expect(.portClosed(host(2)), after: .seconds(8))
        // The first byte makes it a handshake's; nothing else of it is right.
        pair.a.receive([1, 1, 1, 0], from: host(3))
        #expect(pair.a.reason() == .portClosed(host(2)))
        pair.a.receive([1, 1, 1, 0], from: host(2))
        #expect(pair.a.reason() == .handshaking)
    }

    @Test func nothingIsSaidOfOneWhoIsUpWhateverComesFromItsAddress() {
        pair.meet()
        for _ in 0..<5 { pair.a.receive(Self.forged, from: host(2)) }
        #expect(pair.a.drops.last == .mac)
        pair.a.control {
            $0.probed(peer: 0, host(2), .portClosed, at: Instant(nanoseconds: 2_000_000_000))
        }
        #expect(pair.a.reason() == nil)
        // Nor is any of it remembered for the next time it is down.
        pair.b.stop()
        expect(.noAnswer, after: .seconds(60))
    }

    @Test func anotherVersionIsNamedOfOneThatIsDownOnly() {
        pair.a.start()
        pair.network.run(for: .seconds(10))
        // A later version may have other lengths.
        for size in [1232, 1400] {
            var later = [UInt8](repeating: 0, count: size)
            (later[0], later[1]) = (1, 2)
            pair.a.receive(later, from: host(9))
            #expect(pair.a.reason() == .noAnswer)
            pair.a.receive(later, from: host(2))
            #expect(pair.a.reason() == .otherVersion(2, at: host(2)))
            pair.network.run(for: .seconds(91))
            #expect(pair.a.reason() == .noAnswer)
        }
        pair.b.start()
        #expect(pair.network.run(for: .seconds(20)) { pair.isConverged })
        pair.a.receive([1, 2], from: host(2))
        pair.b.stop()
        expect(.noAnswer, after: .seconds(60))
    }

    @Test func hintsGoAfterAMinuteAndAHalf() {
        pair.a.start()
        expect(.noAnswer, after: .seconds(10))
        // From another address it is no hint.
        pair.a.receive(Self.forged, from: host(9))
        #expect(pair.a.reason() == .noAnswer)
        pair.a.receive(Self.forged, from: host(2))
        #expect(pair.a.reason() == .toldOtherKey(at: host(2)))
        expect(.noAnswer, after: .seconds(91))
    }

    @Test func otherAddressesForgetWhatWasSeenAtTheFormer() {
        pair.a.isProbeAnswered = true
        pair.a.start()
        expect(.portClosed(host(2)), after: .seconds(3))
        let now = pair.network.now
        pair.a.control { $0.setEndpoints([host(3)], of: 0, at: now) }
        #expect(pair.a.reason() == .handshaking)
    }

    @Test func oneAddressWhereSomebodyMayListenOutweighsAnotherWithoutARoute() {
        var evidence = Evidence(since: Instant(nanoseconds: 0))
        let now = Instant(nanoseconds: 1)
        evidence.probed(host(1), .noRoute, at: now)
        #expect(evidence.reason(hasAddress: true, at: now) == .noRoute(host(1)))
        evidence.probed(host(2), .silent, at: now)
        #expect(evidence.reason(hasAddress: true, at: now) == .handshaking)
        evidence.probed(host(2), .portClosed, at: now)
        #expect(evidence.reason(hasAddress: true, at: now) == .portClosed(host(2)))
        evidence.answered(at: now)
        #expect(evidence.reason(hasAddress: true, at: now) == .handshaking)
    }

    @Test func thePeerIsNotBlamedWhereThisStationHasNoNetworkOrNoName() {
        pair.a.peers[0].endpoints = []
        pair.a.start()
        let now = pair.network.now
        pair.a.control { table in
            func reason(_ hasNetwork: Bool, _ isUnresolved: Bool) -> DownReason? {
                table.downReason(of: 0, hasNetwork: hasNetwork, isUnresolved: isUnresolved, at: now)
            }
            #expect(reason(true, false) == .noAddress)
            #expect(reason(true, true) == .unresolved)
            #expect(reason(false, true) == .noNetwork)
        }
    }

    @Test func everyReasonHasAWordOfItsOwn() {
        let reasons: [DownReason] = [
            .noNetwork, .unresolved, .noAddress, .handshaking, .noAnswer, .notAccepted, .psk,
            .suite(.aesGCM), .otherKey(Pair(seed: 1).a.publicKey, at: host(1)),
            .toldOtherKey(at: host(1)), .otherVersion(2, at: host(1)), .portClosed(host(1)),
            .unreachable(host(1)), .noRoute(host(1)), .blocked(host(1)),
        ]
        #expect(Set(reasons.map(\.code.description)).count == reasons.count)
    }
}
