import Seeds
import Testing
import Wire

@Suite struct WhereaboutsRecordTests {
    private func address(_ number: Int) -> Endpoint {
        Endpoint(high: 0x2001_0db8 << 32, low: UInt64(number), port: 5577)
    }

    private func read(_ bytes: [UInt8]) -> WhereaboutsRecord? {
        WhereaboutsRecord(parsing: bytes.span)
    }

    @Test(arguments: [0, 1, WhereaboutsRecord.most])
    func whatIsWrittenIsRead(count: Int) throws {
        let record = WhereaboutsRecord(
            writtenAt: 1_795_000_000_123, addresses: (0..<count).map(address))
        let encoded = record.encoded
        #expect(encoded.count == WhereaboutsRecord.size)
        #expect(read(encoded) == record)
    }

    @Test func addressesBeyondTheMostAreLeftOut() {
        let record = WhereaboutsRecord(writtenAt: 1, addresses: (0..<20).map(address))
        #expect(record.addresses == (0..<WhereaboutsRecord.most).map(address))
    }

    /// To the minute, which has 16 bits: over two turns of them.
    @Test func aCallInVainIsReadToTheMinute() throws {
        let minute: UInt64 = 60_000
        var found: Set<UInt64> = []
        let (first, last) = (29_917_000 * minute, 30_049_000 * minute)
        for written in stride(from: first, to: last, by: 997 * 61_001) {
            for back in [0, 1, 2, 599, 2_159] as [UInt64] {
                let time = written - back * minute
                let record = WhereaboutsRecord(
                    writtenAt: written, addresses: (0..<WhereaboutsRecord.most).map(address),
                    calledInVainAt: time)
                #expect(read(record.encoded) == record)
                let read = try #require(record.calledInVainAt)
                #expect(read % minute == 0 && read <= time && time - read < 2 * minute)
                found.insert(read)
            }
        }
        #expect(found.count > 500)
        // Where the 16 bits are zeros, which mean none.
        let turn = 457 * 65_536 * minute
        let record = WhereaboutsRecord(writtenAt: turn, addresses: [], calledInVainAt: turn)
        #expect(record.calledInVainAt == turn - minute && read(record.encoded) == record)
        #expect(read(WhereaboutsRecord(writtenAt: 9, addresses: []).encoded)?.calledInVainAt == nil)
    }

    @Test func anotherSizeVersionOrCountIsRefused() {
        let encoded = WhereaboutsRecord(writtenAt: 1, addresses: [address(1)]).encoded
        for size in 0..<encoded.count {
            #expect(read(Array(encoded.prefix(size))) == nil)
        }
        #expect(read(encoded + [0]) == nil)
        for (place, byte) in [(0, UInt8(2)), (9, UInt8(WhereaboutsRecord.most + 1)), (9, 255)] {
            var other = encoded
            other[place] = byte
            #expect(read(other) == nil)
        }
    }

    @Test func garbageReachesNoTrap() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<1000 {
            var bytes = (0..<WhereaboutsRecord.size).map { _ in
                UInt8(truncatingIfNeeded: generator.next())
            }
            bytes[0] = 1
            let record = read(bytes)
            #expect(record.map { $0.addresses.count <= WhereaboutsRecord.most } ?? true)
        }
    }
}
