import Crypto
import Seeds
import Testing
import VirtualTime
import Wire

@testable import Peering

/// Stations that do not belong together never connect, and learn nothing by trying.
@Suite struct StrangerTests {
    private let pair = Pair(seed: 1)

    @Test(arguments: [false, true]) func aWrongPSKNeverConnects(hasNone: Bool) {
        let pair = Pair(seed: 1)
        pair.b.peers[0].psk = hasNone ? nil : [UInt8](repeating: 0x78, count: 32)
        expectNeverUp(pair)
        // The station with the higher key sees it: its own M3 gives way (rule 4).
        #expect(pair.a.drops.contains(.psk))
    }

    @Test func withoutPSKOnBothSidesItConnectsAndSaysSo() {
        pair.a.peers[0].psk = nil
        // The 32 zero bytes are what "none" means.
        pair.b.peers[0].psk = [UInt8](repeating: 0, count: 32)
        pair.meet()
        #expect(pair.a.state()?.hasPSK == false)
        #expect(pair.b.state()?.hasPSK == true)
    }

    @Test func aWrongKeyOfTheResponderGetsSilence() {
        pair.a.peers[0].publicKey = X25519.publicKey(of: key([UInt8](repeating: 0x33, count: 32)))
        pair.b.peers[0].endpoints = []
        expectNeverUp(pair)
        #expect(pair.b.transmitted.isEmpty)
        #expect(Set(pair.b.drops) == [Drop.mac])
    }

    @Test func anUnknownKeyGetsSilenceOnItsM3() {
        let own = pair.a.publicKey
        pair.b.peers[0].publicKey = X25519.publicKey(of: key([UInt8](repeating: 0x33, count: 32)))
        pair.b.peers[0].endpoints = []
        expectNeverUp(pair)
        #expect(pair.b.drops.contains(.unknownKey))
        #expect(pair.b.unknownCallers.map(\.publicKey) == [own])
        // M2 is sent before the responder can know the caller; nothing after that.
        #expect(Set(pair.b.transmitted.keys) == [2])
        #expect(pair.b.media[0].nextIndex == nil)
    }

    @Test func fromM2NobodyLearnsThatTheStationHasStartedAnew() throws {
        let secret = vectors.bytes("resp_static")
        let responder = X25519.publicKey(of: key(secret))
        var m1 = HandshakeDatagram(count: HandshakeLayout.Initiation.size)
        var bytes = m1.mutableBytes
        let stranger = Initiator(
            suite: .aesGCM, responder: responder, mac: HandshakeMAC(responder: responder),
            index: 0xA1A2_A3A4, target: host(2), tries: TryLimit(perSecond: 16),
            random: ScriptedRandom(then: 1).fill, writing: &bytes)
        let peer = X25519.publicKey(of: key([UInt8](repeating: 0x33, count: 32)))
        // Only the boot id of the two runs differs: their answers do not, but by chance.
        let answers = [1, UInt64.max].map { boot in
            var run = PeerTable(
                identity: key(secret), bootID: boot, random: ScriptedRandom(then: 2).fill)
            run.add(publicKey: peer, psk: nil, suite: .aesGCM, at: ms(0))
            _ = run.receive(m1.bytes, from: host(1), at: ms(0))
            return run.messages().first ?? []
        }
        #expect(answers[0].count == HandshakeLayout.Response.size)
        #expect(answers[0] == answers[1])
        // Whoever knows the public key can open one.
        var m3 = HandshakeDatagram(count: HandshakeLayout.Finish.size)
        var room = m3.mutableBytes
        let m2 = answers[0]
        let parsed = HandshakeHeader(parsing: m2.span)
        let header = try #require(parsed)
        let found = try stranger.finish(
            m2.span, header: header, own: Identity(secret: key(secret), bootID: 3),
            psk: Key.zero(), mac: HandshakeMAC(responder: responder), writing: &room)
        #expect(found.capabilities == Capabilities(bootID: 0))
    }

    @Test(arguments: [false, true]) func theOtherSuiteGetsSilence(hasAThirdPeer: Bool) {
        pair.b.peers[0].suite = .chaChaPoly
        pair.b.peers[0].endpoints = []
        if hasAThirdPeer {
            let third = X25519.publicKey(of: key([UInt8](repeating: 0x33, count: 32)))
            pair.b.peers.append(.init(publicKey: third, psk: nil, suite: .aesGCM))
        }
        expectNeverUp(pair)
        // M2 is sent before the responder can know the caller; nothing after that.
        #expect(Set(pair.b.transmitted.keys) == [2])
        #expect(Set(pair.b.drops).isSubset(of: [Drop.wrongSuite, .suite, .repeated]))
        #expect(pair.b.drops.contains(.wrongSuite))
        #expect(pair.b.media[0].nextIndex == nil)
    }

    @Test func aReplayedHandshakeOrTrafficChangesNothing() {
        var recorded: [([UInt8], Endpoint, Endpoint)] = []
        pair.network.tap = { recorded.append(($0, $1, $2)) }
        pair.meet()
        pair.a.speak(1)
        pair.network.run(for: .seconds(20))
        pair.network.tap = { _, _, _ in }
        for _ in 0..<3 {
            for (bytes, from, to) in recorded { pair.network.send(bytes, from: from, to: to) }
            pair.network.run(for: .seconds(6))
        }
        #expect(pair.b.media[0].heard == [1])
        #expect(pair.a.happenings == [.up(peer: 0, newBoot: true)])
        #expect(pair.b.happenings == [.up(peer: 0, newBoot: true)])
        #expect(pair.isConverged)
        #expect(pair.b.media[0].refused > 0)
        // Nor after a restart, when nothing of it is remembered.
        pair.b.start()
        #expect(pair.network.run(for: .seconds(2)) { pair.isConverged })
        for (bytes, from, to) in recorded { pair.network.send(bytes, from: from, to: to) }
        pair.network.run(for: .seconds(6))
        #expect(pair.b.media[0].heard.isEmpty)
        #expect(pair.isConverged)
    }

    @Test(arguments: testSeeds(5)) func noiseInMassesNeitherAnswersNorBreaksAnything(seed: UInt64) {
        let pair = Pair(seed: seed)
        pair.meet("seed \(seed)")
        let before = (pair.b.transmitted, pair.b.drops.count)
        let source = Dice(seed: seed)
        let sizes = [1, 4, 56, 87, 96, 1188, 1232, 1233, Int(pair.network.random(1300)) + 1]
        for i in 0..<600 {
            var noise = [UInt8](repeating: 0, count: sizes[i % sizes.count])
            var span = noise.mutableSpan
            source.fill(&span)
            noise[0] = UInt8(pair.network.random(16))
            if noise.count > 3, i % 2 == 0 {
                noise[1] = 1
                noise[2] = 1
                noise[3] = 0
            }
            pair.b.receive(noise, from: host(9))
        }
        #expect(pair.b.transmitted == before.0)
        #expect(pair.b.drops.count == before.1 + 600)
        #expect(pair.isConverged)
    }

    /// Two minutes of trying, from both sides, in vain.
    private func expectNeverUp(_ pair: Pair) {
        pair.start()
        pair.network.run(for: .seconds(120))
        #expect(pair.a.happenings.isEmpty)
        #expect(pair.b.happenings.isEmpty)
        #expect((pair.a.transmitted[1] ?? 0) > 3)
    }
}
