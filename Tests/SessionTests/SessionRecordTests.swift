import Crypto
import Testing
import Time

@testable import Peering

/// The control thread's picture of the sessions, also when the media thread was faster.
@Suite struct SessionRecordTests {
    private var records = SessionRecords()

    private func record(_ index: UInt32, at time: Instant = ms(0)) -> SessionRecord {
        SessionRecord(
            index: index, suite: .aesGCM, isInitiator: true, established: time,
            endpoint: host(1),
            bootID: UInt64(index))
    }

    private func slots(_ records: SessionRecords) -> [UInt32?] {
        [records.previous?.index, records.current?.index, records.next?.index]
    }

    @Test mutating func aSwitchMovesEachSessionOneSlot() {
        for index in UInt32(1)...3 {
            records.install(record(index))
            #expect(records.switched(to: index)?.index == index)
        }
        #expect(slots(records) == [2, 3, nil])
        #expect(records.owns(2) && records.owns(3) && !records.owns(1))
    }

    @Test mutating func aSwitchToAReplacedSessionIsFollowed() {
        records.install(record(1))
        _ = records.switched(to: 1)
        records.install(record(2))
        records.install(record(3))
        // 2 may have been switched to before it was replaced.
        #expect(records.switched(to: 2)?.index == 2)
        #expect(slots(records) == [1, 2, 3])
    }

    @Test mutating func aSwitchToADroppedSessionLeavesNoCurrent() {
        records.install(record(1))
        _ = records.switched(to: 1)
        records.install(record(2))
        let removed = records.remove { $0.index == 2 }
        #expect(removed?.index == 2)
        // Its index is not used again while a report of its switch may be under way.
        #expect(records.owns(2))
        #expect(records.record(2) == nil)
        #expect(records.switched(to: 2) == nil)
        #expect(slots(records) == [1, nil, nil])
    }

    @Test mutating func aSwitchToAnUnknownSessionChangesNothing() {
        records.install(record(1))
        #expect(records.switched(to: 9) == nil)
        #expect(slots(records) == [nil, nil, 1])
    }

    @Test mutating func theOldestExpiresFirst() {
        #expect(records.expiry(after: .seconds(180)) == nil)
        records.install(record(1, at: seconds(10)))
        _ = records.switched(to: 1)
        records.install(record(2, at: seconds(130)))
        #expect(records.expiry(after: .seconds(180)) == seconds(190))
    }
}
