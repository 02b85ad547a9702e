import Testing
import Wire

@testable import Station

/// Which records of a packet count.
@Suite struct PacketRecordsTests {
    private func report(_ stream: UInt8) -> Report {
        Report(
            stream: stream, highest: 9, loss: 0, burst: 0, jitter: 0, delay: 0, concealed: 0,
            received: 50)
    }

    private func heard(_ stream: UInt8, share: UInt8 = 255) -> Heard {
        Heard(stream: stream, share: share, why: .heard)
    }

    @Test func ofManyConfirmsTheFirstCounts() {
        let packet = PacketRecords([
            .confirm(0, boot: 7), .confirm(1, boot: 7), .confirm(0, boot: 7),
        ])
        #expect(packet.all == [.confirm(0, boot: 7)])
    }

    @Test func aConfirmIsAlone() {
        let packet = PacketRecords([.ping(1), .confirm(0, boot: 7), .close(.stopping)])
        #expect(packet.all == [.confirm(0, boot: 7)] && packet.excess == 2)
    }

    @Test func onePingCounts() {
        let packet = PacketRecords((0..<200).map { .ping($0) })
        #expect(packet.all == [.ping(0)] && packet.excess == 199)
    }

    /// As many as one ACK names, whatever they are.
    @Test func eightNumberedRecordsCount() {
        let records = (0..<40).map { ControlRecord.unknown(mid: $0, type: 99) }
        let packet = PacketRecords(records + [.ping(7)])
        #expect(packet.all == records.prefix(8) + [.ping(7)])
        #expect(packet.excess == 32)
    }

    @Test func thirtyTwoRecordsCount() {
        let packet = PacketRecords((0..<100).map { .pong($0) })
        #expect(packet.all.count == 32 && packet.excess == 68)
    }

    @Test func everyCloseCounts() {
        let packet = PacketRecords([.close(.stopping), .ping(7), .close(.stopping)])
        #expect(packet.all == [.close(.stopping), .ping(7), .close(.stopping)])
    }

    @Test func onlyTheFirstChallengeCounts() {
        let packet = PacketRecords([
            .pathChallenge(1), .pathResponse(2), .pathChallenge(3), .pathResponse(4),
        ])
        #expect(packet.all == [.pathChallenge(1), .pathResponse(2), .pathResponse(4)])
    }

    @Test func ofManyHeardTheFirstCounts() {
        let packet = PacketRecords([.heard(heard(1, share: 10)), .heard(heard(2, share: 20))])
        #expect(packet.all == [.heard(heard(1, share: 10))])
    }

    @Test func aReportTakesWhatWasHeardOfItAlong() {
        let packet = PacketRecords([.report(report(1)), .heard(heard(1))])
        #expect(packet.all == [.report(report(1))])
        #expect(packet.heard(beside: packet.all[0]) == heard(1))
    }

    @Test func aReportOfAnotherStreamDoesNot() {
        let packet = PacketRecords([.report(report(2)), .heard(heard(1))])
        #expect(packet.all == [.report(report(2)), .heard(heard(1))])
        #expect(packet.heard(beside: packet.all[0]) == nil)
    }

    @Test func whatIsHeardBeforeItsReportStandsForItself() {
        let packet = PacketRecords([.heard(heard(1)), .report(report(1))])
        #expect(packet.all == [.heard(heard(1)), .report(report(1))])
        #expect(packet.heard(beside: packet.all[1]) == heard(1))
    }

    @Test func onlyTheFirstHeardStandsBesideReports() {
        let packet = PacketRecords([
            .heard(heard(2)), .report(report(1)), .report(report(2)), .heard(heard(1)),
        ])
        #expect(packet.all == [.heard(heard(2)), .report(report(1)), .report(report(2))])
        #expect(packet.all.map { packet.heard(beside: $0) } == [nil, nil, heard(2)])
    }

    @Test func malformedBytesHaveNone() {
        // A CONFIRM that says it has two bytes.
        let bytes: [UInt8] = [1, 2, 0, 0]
        #expect(PacketRecords(bytes.span).all == [])
    }

    @Test func bytesAreRead() {
        let packet = PacketRecords(ControlPayload(.confirm(1, boot: 7)).bytes.span)
        #expect(packet.all == [.confirm(1, boot: 7)])
    }
}
