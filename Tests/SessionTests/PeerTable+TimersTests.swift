import Crypto
import Testing
import Time
import Wire

@testable import Peering

/// The effects of time: retries, repeats, heartbeats, rekey, expiry.
@Suite struct PeerTableTimersTests {
    private let exchange = Exchange(.aesGCM)
    private let confirm0 = Fetched.send(
        peer: 0, index: 0xB1B2_B3B4, [1, 0] + Array(0x11...0x18), to: Exchange.initiatorAt)
    private let initiatorIndex: UInt32 = 0xA1A2_A3A4
    private let responderIndex: UInt32 = 0xB1B2_B3B4

    @Test func m1IsRepeatedLessAndLessOften() {
        exchange.initiator.setEndpoints([host(2)], of: 0, at: ms(0))
        let sent = exchange.initiator.run(from: ms(0), to: seconds(300)).messages
        let waits = zip(sent, sent.dropFirst()).map { $1.ms - $0.ms }
        let bases: [Int64] = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30]
        #expect(waits.count >= bases.count)
        for (wait, base) in zip(waits, bases) { #expect((base * 800...base * 1200) ~= wait) }
        // Each M1 is fresh in its index and both its keys.
        let messages = sent.compactMap(\.what.message)
        for field in [4..<8, 8..<40, 40..<1224] {
            #expect(Set(messages.map { Array($0[field]) }).count == messages.count)
        }
        #expect(exchange.initiator.state(of: 0)?.phase == .connecting)
    }

    @Test func m1GoesToEachAddressInTurn() {
        let all = [host(2), host(3), host(4)]
        exchange.initiator.setEndpoints(all, of: 0, at: ms(0))
        let sent = exchange.initiator.run(from: ms(0), to: seconds(60))
        let targets = sent.compactMap { timed -> Endpoint? in
            if case .transmit(_, let target) = timed.what { target } else { nil }
        }
        #expect(Array(targets.prefix(6)) == all + all)
        // And each time the names are looked up again.
        #expect(sent.filter { $0.what == .resolve(peer: 0) }.count == targets.count)
    }

    @Test func aPeerWithoutAddressIsNotAsked() {
        exchange.responder.wanted(peer: 0, at: ms(0))
        #expect(exchange.responder.fetch().isEmpty)
        #expect(exchange.responder.deadline == nil)
        #expect(exchange.responder.state(of: 0)?.phase == .down)
    }

    @Test func theAnswerToTheLastM1ButOneStillCounts() throws {
        var messages = [exchange.m1()]
        messages += exchange.initiator.run(from: ms(0), to: seconds(4)).compactMap(\.what.message)
        #expect(messages.count == 3)
        exchange.now = seconds(4)
        let oldest = try #require(exchange.m2(messages[0]))
        let middle = try #require(exchange.m2(messages[1]))
        #expect(exchange.refusedByInitiator(oldest) == .index)
        let m3 = try #require(exchange.m3(middle))
        #expect(exchange.finish(m3).count == 2)
    }

    @Test func m3IsRepeatedFiveTimesThenM1GoesOn() throws {
        let m2 = try #require(exchange.m2(exchange.m1()))
        exchange.wait(.milliseconds(20))
        let m3 = try #require(exchange.m3(m2))
        let sent = exchange.initiator.run(from: ms(20), to: ms(4000)).messages
        let repeats = sent.prefix(5)
        #expect(repeats.map(\.ms) == [220, 420, 620, 820, 1020])
        #expect(repeats.allSatisfy { $0.what == .transmit(m3, to: Exchange.responderAt) })
        // The next wait of the series, the second one.
        #expect(sent.count == 6)
        #expect((1020 + 1600...1020 + 2400).contains(try #require(sent.last).ms))
        #expect(sent.last?.what.message?.first == 1)
    }

    @Test func confirmIsRepeatedUntilTheSessionIsGivenUp() throws {
        let m3 = try exchange.reachM3()
        #expect(exchange.finish(m3).last == confirm0)
        let done = exchange.responder.run(from: ms(0), to: seconds(60))
        #expect(done.dropLast().map(\.ms) == [200, 400, 600, 800])
        #expect(done.dropLast().allSatisfy { $0.what == confirm0 })
        #expect(done.last == Timed(ms: 5000, what: .drop(peer: 0, index: responderIndex)))
    }

    @Test func aConfirmIsAnsweredOnItsSession() throws {
        _ = try exchange.reachM3()
        exchange.initiator.switched(peer: 0, index: initiatorIndex, at: ms(1))
        // Which run of the peer it is says CONFIRM(0) alone.
        #expect(exchange.initiator.fetch().isEmpty)
        #expect(exchange.initiator.isInUse(initiatorIndex, by: 0) == false)
        exchange.initiator.confirm(0, boot: 7, peer: 0, index: initiatorIndex, at: ms(1))
        let ownBoot: [UInt8] = Array(1...8)
        #expect(
            exchange.initiator.fetch() == [
                .endpoint(peer: 0, Exchange.responderAt), .up(peer: 0, newBoot: true),
                .send(peer: 0, index: initiatorIndex, [1, 1] + ownBoot, to: Exchange.responderAt),
            ])
        let isInUse = exchange.initiator.isInUse(initiatorIndex, by: 0)
        #expect(isInUse)
        // Any other value, on any other session: nothing. Another run later: nothing but an answer.
        exchange.initiator.confirm(1, boot: 8, peer: 0, index: initiatorIndex, at: ms(2))
        exchange.initiator.confirm(0, boot: 8, peer: 0, index: 5, at: ms(2))
        #expect(exchange.initiator.fetch().isEmpty)
        exchange.initiator.confirm(0, boot: 8, peer: 0, index: initiatorIndex, at: ms(2))
        #expect(exchange.initiator.fetch().count == 1)
    }

    @Test func whoHasLostTheConfirmationRepeatsM3UntilItHasIt() throws {
        _ = try exchange.reachM3()
        _ = exchange.initiator.fetch()
        // The media loop has opened it, and the control loop had no room for it.
        exchange.initiator.switched(peer: 0, index: initiatorIndex, at: ms(1))
        hear(at: ms(100))
        let again = exchange.initiator.run(from: ms(2), to: ms(6_000))
        let kinds = again.compactMap { $0.what.message?.first }
        #expect(kinds.prefix(6) == [3, 3, 3, 3, 3, 1])
        exchange.initiator.confirm(0, boot: 7, peer: 0, index: initiatorIndex, at: ms(6_000))
        #expect(exchange.initiator.fetch().contains(.up(peer: 0, newBoot: true)))
        let later = exchange.initiator.run(from: ms(6_000), to: seconds(15))
        #expect(later.isEmpty)
    }

    @Test func aGoodbyeEndsASessionWhoseRunIsUnknownAlone() throws {
        try establish()
        exchange.now = seconds(120)
        _ = try exchange.reachM3()
        _ = exchange.initiator.fetch()
        let next = try #require(exchange.initiator.associations[0]?.records.next?.index)
        // It may be with the run that comes after the one that says goodbye.
        exchange.initiator.closed(peer: 0, index: initiatorIndex, at: seconds(120))
        #expect(exchange.initiator.associations[0]?.records.next?.index == next)
        #expect(exchange.initiator.associations[0]?.records.current == nil)
        exchange.initiator.switched(peer: 0, index: next, at: seconds(121))
        exchange.initiator.closed(peer: 0, index: next, at: seconds(121))
        #expect(exchange.initiator.associations[0]?.records.current == nil)
    }

    @Test func heartbeatsComeEveryFourteenToSixteenSeconds() throws {
        try establish()
        // The peer is heard all the time.
        var beats: [Int64] = [0]
        while let now = exchange.initiator.deadline, now <= seconds(100) {
            exchange.initiator.traffic(
                peer: 0, sent: 1, lastSent: nil, lastOpened: now, lastRefused: nil, at: now)
            exchange.initiator.tick(at: now)
            for what in exchange.initiator.fetch() where what == .cover(peer: 0) {
                beats.append(now.nanoseconds / 1_000_000)
            }
        }
        let gaps = zip(beats, beats.dropFirst()).map { $1 - $0 }
        #expect(gaps.count >= 5)
        #expect(gaps.allSatisfy { (14_000...16_000).contains($0) })
        #expect(Set(gaps).count > 1)
    }

    @Test func whoeverSendsNeedsNoHeartbeat() throws {
        try establish()
        for second in Int64(1)...60 {
            exchange.initiator.hear(at: seconds(second), sent: UInt64(second))
            exchange.initiator.tick(at: seconds(second))
            #expect(exchange.initiator.fetch().isEmpty)
        }
    }

    @Test func aPeerIsDownAfterFiftySilentSecondsAndUpWhenHeard() throws {
        try establish()
        let done = exchange.initiator.run(from: ms(0), to: seconds(50)).filter {
            $0.what != .cover(peer: 0)
        }
        #expect(done.first == Timed(ms: 50_000, what: .down(peer: 0)))
        // And it asks for a session at once.
        #expect(done.count == 3)
        #expect(done[1].what.message?.first == 1)
        exchange.initiator.traffic(
            peer: 0, sent: 4, lastSent: seconds(45), lastOpened: ms(50_500), lastRefused: nil,
            at: seconds(51))
        #expect(exchange.initiator.fetch() == [.up(peer: 0, newBoot: false)])
        let quiet = exchange.initiator.run(from: seconds(51), to: seconds(90)).filter {
            $0.what != .cover(peer: 0)
        }
        #expect(quiet.isEmpty)
    }

    @Test func theInitiatorRekeysAt120TheResponderAt150Seconds() throws {
        try establish()
        exchange.responder.setEndpoints([Exchange.initiatorAt], of: 0, at: ms(0))
        var asked: [[Int64]] = [[], []]
        for second in Int64(1)...160 {
            hear(at: seconds(second))
            exchange.initiator.tick(at: seconds(second))
            if exchange.initiator.messages().first?.first == 1 { asked[0].append(second) }
            exchange.responder.tick(at: seconds(second))
            if exchange.responder.messages().first?.first == 1 { asked[1].append(second) }
        }
        #expect(asked.map(\.first) == [120, 150])
    }

    @Test func eitherRekeysAfterAMillionPackets() throws {
        try establish()
        for (sent, expected) in [(UInt64(1 << 20) - 1, 0), (1 << 20, 1)] {
            exchange.initiator.hear(at: ms(2000), sent: sent)
            #expect(exchange.initiator.messages().count == expected)
            exchange.responder.hear(at: ms(2000), sent: sent)
            #expect(exchange.responder.messages().count == expected)
        }
    }

    @Test func aSessionIsErasedAt180Seconds() throws {
        try establish()
        for second in Int64(1)...179 {
            hear(at: seconds(second))
            #expect(!exchange.initiator.fetch().contains(.drop(peer: 0, index: initiatorIndex)))
        }
        hear(at: ms(179_999))
        _ = exchange.initiator.fetch()
        exchange.initiator.tick(at: seconds(180))
        let done = exchange.initiator.fetch()
        #expect(Array(done.prefix(2)) == [.drop(peer: 0, index: initiatorIndex), .down(peer: 0)])
        #expect(exchange.initiator.state(of: 0)?.sessionSince == nil)
    }

    /// A minute after that, it is a problem.
    @Test func aLostPeerIsDownSinceItWasLastHeard() throws {
        try establish()
        hear(at: seconds(10))
        exchange.initiator.tick(at: seconds(60))
        #expect(exchange.initiator.fetch().contains(.down(peer: 0)))
        #expect(exchange.initiator.state(of: 0)?.downSince == seconds(10))
    }

    /// A goodbye was heard, too: whoever restarts has a minute.
    @Test func aPeerThatLeavesIsDownSinceItsGoodbye() throws {
        try establish()
        hear(at: seconds(10))
        exchange.initiator.closed(peer: 0, index: initiatorIndex, at: seconds(25))
        #expect(exchange.initiator.state(of: 0)?.downSince == seconds(25))
    }

    @Test func aSessionIsErasedWhenItsCounterIsSpent() throws {
        try establish()
        exchange.initiator.hear(at: ms(9), sent: 1 << 22)
        let done = exchange.initiator.fetch()
        #expect(Array(done.prefix(2)) == [.drop(peer: 0, index: initiatorIndex), .down(peer: 0)])
    }

    @Test func packetsThatDoNotOpenCallForAHandshakeAfterTwentySeconds() throws {
        try establish()
        for (refused, expected) in [(Int64(19_999), 0), (20_000, 1)] {
            exchange.initiator.hear(at: ms(refused), opened: ms(0), refused: ms(refused))
            #expect(exchange.initiator.messages().count == expected)
        }
        // It is still up: noise cannot take the session away.
        #expect(exchange.initiator.state(of: 0)?.phase == .up(since: ms(0)))
    }

    @Test func aKeyPressSendsM1AtOnceAndStartsTheSeriesOver() throws {
        _ = exchange.m1()
        // The sixth M1 is followed by a wait of 24 s or more.
        let sent = exchange.initiator.run(from: ms(0), to: seconds(36)).messages
        #expect(sent.count == 5)
        let last = try #require(sent.last).ms
        let due = exchange.initiator.deadline
        #expect((due ?? ms(0)) > ms(last + 23_000))
        exchange.initiator.wanted(peer: 0, at: ms(last + 1000))
        #expect(exchange.initiator.messages().count == 1)
        let next = exchange.initiator.deadline
        #expect((ms(last + 1800)...ms(last + 2200)).contains(next ?? ms(0)))
    }

    @Test func aKeyPressTooSoonAfterAnM1WaitsTheShortestTime() throws {
        _ = exchange.m1()
        let sent = exchange.initiator.run(from: ms(0), to: seconds(36)).messages
        let last = try #require(sent.last).ms
        exchange.initiator.wanted(peer: 0, at: ms(last + 999))
        let early = exchange.initiator.run(from: ms(last + 999), to: ms(last + 1200))
        #expect(early.messages.count == 1)
    }

    @Test func aKeyPressWithASessionDoesNothing() throws {
        try establish()
        exchange.initiator.wanted(peer: 0, at: seconds(5))
        #expect(exchange.initiator.fetch().isEmpty)
    }

    @Test func aSilenceThatIsDoubtedIsAnsweredByAHandshakeAndTheSessionStays() throws {
        try establish()
        let before = exchange.initiator.associations[0]?.records.current?.index
        exchange.initiator.doubted(peer: 0, at: seconds(5))
        #expect(exchange.initiator.messages().count == 1)
        // Unanswered, the series continues as usual, and the peer stays up.
        let sent = exchange.initiator.run(from: seconds(5), to: seconds(10))
        #expect(sent.messages.count == 2)
        #expect(exchange.initiator.associations[0]?.records.current?.index == before)
        #expect(exchange.initiator.state(of: 0)?.phase == .up(since: ms(0)))
    }

    // MARK: Support

    /// A handshake that was carried through to the switch on both sides.
    private func establish() throws {
        #expect(exchange.finish(try exchange.reachM3()).count == 2)
        exchange.initiator.switched(peer: 0, index: initiatorIndex, at: ms(0))
        exchange.initiator.confirm(0, boot: 7, peer: 0, index: initiatorIndex, at: ms(0))
        exchange.responder.switched(peer: 0, index: responderIndex, at: ms(0))
        _ = exchange.initiator.fetch()
        _ = exchange.responder.fetch()
    }

    /// Both receive packets of each other.
    private func hear(at now: Instant) {
        exchange.initiator.hear(at: now)
        exchange.responder.hear(at: now)
    }

}
