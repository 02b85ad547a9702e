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
