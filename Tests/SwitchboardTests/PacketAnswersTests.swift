import Testing
import Time
import Wire

@testable import Station

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
