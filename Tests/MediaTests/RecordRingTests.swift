import Realtime
import Testing
import Time
import Wire

@testable import HAL
@testable import Media

/// Which peers' packets find a place on their way to the control thread.
@Suite struct RecordRingTests {
    private let ring = RecordRing(capacity: 64)
    private let bytes = InlineArray<1207, UInt8>(repeating: 0)

    /// A packet of a peer, told apart by its index.
    private func packet(
        _ index: UInt32 = 0, of peer: Int, kind: PacketFlags.Kind = .control,
        part: ForwardedPacket.Part = .first
    ) -> OpenedRecords {
        var bytes = bytes
        bytes[0] = part.rawValue
        let packet = OpenedPacket(
            peer: peer, index: index, flags: PacketFlags(kind: kind), count: 64,
            source: .any(port: 1), cameAt: Instant(nanoseconds: 0),
            madeAt: Instant(nanoseconds: 0), time: 0)
        return OpenedRecords(packet: packet, bytes: bytes)
    }

    private func flood(by peer: Int) -> Int {
        var taken = 0
        for _ in 0..<100 where ring.push(packet(of: peer)) { taken += 1 }
        return taken
    }

    @Test func onePeerTakesHalfOfThePlacesAndTwoAThirdEach() {
        #expect(flood(by: 0) == 32)
        #expect(flood(by: 1) == 16)
        // Both go on; what is taken makes room for both alike.
        for _ in 0..<200 {
            _ = ring.pop()
            _ = (ring.push(packet(of: 0)), ring.push(packet(of: 1)))
        }
        var held = [0, 0]
        while let opened = ring.pop() { held[opened.packet.peer] += 1 }
        #expect(held.reduce(0, +) < 48 && held.allSatisfy { (16...24).contains($0) }, "\(held)")
    }

    @Test func whoeverFloodsAPeerThatSendsLittleFindsRoom() {
        for _ in 0..<200 {
            for packets in 0..<80 { _ = ring.push(packet(of: packets % 8)) }
            #expect(ring.push(packet(of: 31)))
            // One turn of the control thread.
            for _ in 0..<16 { _ = ring.pop() }
        }
    }

    @Test func aTurnEndsHoweverFastMorePacketsCome() {
        var taken = 0
        _ = flood(by: 1)
        while taken < 1000, ring.pop(after: taken) != nil {
            taken += 1
            _ = flood(by: 1)
        }
        #expect(taken == 16)
    }

    @Test func refusalsOfAPeerThatHoldsManyAreToldOnceOfThatPeer() {
        #expect(flood(by: 3) == 32)
        #expect(ring.newlyRefused(of: 3) == 68)
        #expect(ring.newlyRefused(of: 3) == 0)
        _ = ring.push(packet(of: 3))
        #expect(ring.newlyRefused(of: 3) == 1)
        #expect(ring.newlyRefused(of: 2) == 0)
        // One that holds few has not filled the ring.
        for peer in 4..<12 { _ = flood(by: peer) }
        #expect(flood(by: 12) < 8)
        #expect(ring.newlyRefused(of: 12) == 0)
    }

    /// Whatever others send by way of a station is no flood of that station's.
    @Test func whatAStationHasPassedOnTakesNoPlaceFromItsRecords() throws {
        let rings = try Rings()
        #expect(rings.passedOn.isEmpty)
        for _ in 0..<100 { rings.pass(packet(of: 3, kind: .forward)) }
        #expect(rings.counters[.eventsLost] == 92 && !rings.passedOn.isEmpty)
        rings.pass(packet(of: 4, kind: .forward))
        for _ in 0..<32 { rings.pass(packet(of: 3)) }
        #expect(rings.counters[.eventsLost] == 92 && rings.records.newlyRefused(of: 3) == 0)
        var held = [0, 0]
        while let opened = rings.passedOn.pop() { held[opened.packet.peer - 3] += 1 }
        #expect(held == [8, 1] && rings.passedOn.isEmpty)
    }

    /// An answer must not wait for the bound on first messages, nor for a place among them.
    @Test func firstMessagesPassedOnTakeNoPlaceFromAnswers() throws {
        let rings = try Rings()
        for part in [ForwardedPacket.Part.first, .rest] {
            for _ in 0..<100 { rings.pass(packet(of: 3, kind: .forward, part: part)) }
        }
        #expect(rings.counters[.eventsLost] == 192 && rings.passedOnAnswers.isEmpty)
        rings.pass(packet(7, of: 3, kind: .forward, part: .whole))
        #expect(rings.counters[.eventsLost] == 192)
        #expect(rings.passedOnAnswers.pop()?.packet.index == 7)
        #expect(rings.passedOnAnswers.isEmpty && !rings.passedOn.isEmpty)
    }
}

@Suite struct WokenTests {
    func woken(by token: UInt32) -> Woken {
        var woken = Woken()
        woken.note(EventLoop.Event(token: token, events: 1))
        return woken
    }

    @Test func theClockMasterAloneTellsAPeriod() {
        for master in [ClockMaster.Source.card(.capture), .card(.playback)] {
            #expect(woken(by: Token.card).isPeriod(of: master))
            #expect(!woken(by: Token.timer.rawValue).isPeriod(of: master))
        }
        for token in [Token.commands.rawValue, Token.socket.rawValue, Token.key] {
            let woken = woken(by: token)
            #expect(!woken.isPeriod(of: .card(.capture)) && !woken.isPeriod(of: .timer))
        }
        #expect(woken(by: Token.timer.rawValue).isPeriod(of: .timer))
    }

    @Test func datagramsAloneTakeAShortTurn() {
        for token in [Token.socket, .strays] {
            var woken = woken(by: token.rawValue)
            #expect(woken.isSocketOnly)
            woken.note(EventLoop.Event(token: Token.key, events: 1))
            #expect(!woken.isSocketOnly)
        }
        #expect(!woken(by: Token.timer.rawValue).isSocketOnly)
        #expect(woken(by: Token.strays.rawValue).strays)
        #expect(!woken(by: Token.strays.rawValue).socket)
    }
}

@Suite struct MediaCountTests {
    @Test func rawValuesArePlacesWithoutGaps() {
        #expect(MediaCount.allCases.map(\.rawValue) == Array(0..<MediaCount.allCases.count))
        #expect(PeerCount.allCases.map(\.rawValue) == Array(0..<PeerCount.allCases.count))
    }
}
