import Testing
import Time
import Wire

@testable import Station

/// Which records of a packet count.
@Suite struct PacketRecordsTests {
    private static func report(_ stream: UInt8) -> Report {
        Report(
            stream: stream, highest: 9, loss: 0, burst: 0, jitter: 0, delay: 0, concealed: 0,
            received: 50)
    }

    private static func heard(_ stream: UInt8, share: UInt8 = 255) -> Heard {
        Heard(stream: stream, share: share, why: .heard)
    }

    /// As many numbered records, each of an unknown type.
    private static func unknown(_ count: UInt32) -> [ControlRecord] {
        (0..<count).map { .unknown(mid: $0, type: 99) }
    }

    /// The records of a packet, those that count, and how many are left out as too many.
    @Test(
        arguments: [
            (
                [.confirm(0, boot: 7), .confirm(1, boot: 7), .confirm(0, boot: 7)],
                [.confirm(0, boot: 7)], 2
            ),
            // A CONFIRM is alone.
            ([.ping(1), .confirm(0, boot: 7), .close(.stopping)], [.confirm(0, boot: 7)], 2),
            (Array(repeating: .ping(0), count: 200), [.ping(0)], 199),
            // As many numbered records as one ACK names, whatever they are.
            (unknown(40) + [.ping(7)], unknown(8) + [.ping(7)], 32),
            (Array(repeating: .pong(1), count: 100), Array(repeating: .pong(1), count: 32), 68),
            (
                [.close(.stopping), .ping(7), .close(.stopping)],
                [.close(.stopping), .ping(7), .close(.stopping)], 0
            ),
            (
                [.pathChallenge(1), .pathResponse(2), .pathChallenge(3), .pathResponse(4)],
                [.pathChallenge(1), .pathResponse(2), .pathResponse(4)], 1
            ),
            (
                [.heard(heard(1, share: 10)), .heard(heard(2, share: 20))],
                [.heard(heard(1, share: 10))], 0
            ),
        ] as [([ControlRecord], [ControlRecord], Int)])
    func soManyCount(_ sent: [ControlRecord], _ counted: [ControlRecord], _ excess: Int) {
        let packet = PacketRecords(sent)
        #expect(packet.all == counted && packet.excess == excess)
    }

    @Test func bytesAreReadAndMalformedOnesHaveNoRecord() {
        let packet = PacketRecords(ControlPayload(.confirm(1, boot: 7)).bytes.span)
        #expect(packet.all == [.confirm(1, boot: 7)])
        // A CONFIRM that says it has two bytes.
        let bytes: [UInt8] = [1, 2, 0, 0]
        #expect(PacketRecords(bytes.span).all == [])
    }

    @Test func aReportTakesWhatWasHeardOfItAlong() {
        let packet = PacketRecords([.report(Self.report(1)), .heard(Self.heard(1))])
        #expect(packet.all == [.report(Self.report(1))])
        #expect(packet.heard(beside: packet.all[0]) == Self.heard(1))
    }

    @Test func aReportOfAnotherStreamDoesNot() {
        let packet = PacketRecords([.report(Self.report(2)), .heard(Self.heard(1))])
        #expect(packet.all == [.report(Self.report(2)), .heard(Self.heard(1))])
        #expect(packet.heard(beside: packet.all[0]) == nil)
    }

    @Test func whatIsHeardBeforeItsReportStandsForItself() {
        let packet = PacketRecords([.heard(Self.heard(1)), .report(Self.report(1))])
        #expect(packet.all == [.heard(Self.heard(1)), .report(Self.report(1))])
        #expect(packet.heard(beside: packet.all[1]) == Self.heard(1))
    }

    @Test func onlyTheFirstHeardStandsBesideReports() {
        let packet = PacketRecords([
            .heard(Self.heard(2)), .report(Self.report(1)), .report(Self.report(2)),
            .heard(Self.heard(1)),
        ])
        #expect(
            packet.all == [.heard(Self.heard(2)), .report(Self.report(1)), .report(Self.report(2))])
        #expect(packet.all.map { packet.heard(beside: $0) } == [nil, nil, Self.heard(2)])
    }
}

/// What goes back for one packet of a peer: no more packets than it.
@Suite struct PacketAnswersTests {
    private var switchboard = Switchboard.bare()

    init() {
        switchboard.up(peer: 0, isNewBoot: true, at: start)
        _ = switchboard.ordered
    }

    /// The records in each packet that goes out, while and after a packet with these is read.
    private mutating func answers(to records: [ControlRecord]) -> [[ControlRecord]] {
        var found: [[ControlRecord]] = []
        let packet = PacketRecords(records)
        switchboard.begin(packetOf: 0)
        for record in packet.all {
            switchboard.receive(
                record, beside: packet.heard(beside: record), from: 0, at: start, cameAt: start)
            take(into: &found)
        }
        switchboard.end(packetOf: 0, excess: packet.excess, at: start)
        take(into: &found)
        return found
    }

    private mutating func take(into found: inout [[ControlRecord]]) {
        while let order = switchboard.nextOrder() {
            guard case .send(0, let payload) = order else { continue }
            var records: [ControlRecord] = []
            _ = ControlReader.read(payload.bytes.span) { records.append($0) }
            found.append(records)
        }
    }

    @Test mutating func manyPingsAreAnsweredOnce() {
        let answers = answers(to: (0..<200).map { .ping($0) })
        #expect(answers == [[.pong(0)]])
        #expect(switchboard.refusals(of: 0)[.flood] == 199)
    }

    @Test mutating func manyNumberedRecordsAreAcknowledgedInOnePacket() {
        let answers = answers(to: (0..<200).map { .unknown(mid: $0, type: 99) })
        var acknowledged = Acknowledgement(0)
        for mid in 1..<8 as Range<UInt32> { acknowledged.append(mid) }
        #expect(answers == [[.ack(acknowledged)]])
        #expect(switchboard.refusals(of: 0)[.flood] == 192)
    }

    @Test mutating func pingAndNumberedRecordsAreAnsweredInOnePacket() {
        let answers = answers(to: [.unknown(mid: 5, type: 99), .ping(9)])
        #expect(answers == [[.pong(9), .ack(Acknowledgement(5))]])
        #expect(switchboard.refusals(of: 0)[.flood] == 0)
    }

    /// Others do not wait for the end of the packet.
    @Test mutating func recordsToAnotherPeerGoOutMeanwhile() {
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        switchboard.begin(packetOf: 0)
        switchboard.receive(.ping(3), from: 1, at: start)
        var found: [Int] = []
        while let order = switchboard.nextOrder() {
            if case .send(let peer, _) = order { found.append(peer) }
        }
        #expect(found.contains(1) && !found.contains(0))
    }
}
