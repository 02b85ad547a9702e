import Testing
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
