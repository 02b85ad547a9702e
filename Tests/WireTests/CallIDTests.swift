import Testing
import Wire

@Suite struct CallIDTests {
    @Test func theLowerIDIsTheOneWhoseFirstDifferingByteIsLower() {
        let low = CallID(high: 1, low: .max)
        let high = CallID(high: 2, low: 0)
        #expect(low < high && !(high < low))
        #expect(CallID(high: 1, low: 5) < low)
        #expect(!(low < low))
    }

    @Test func aStreamIsBoundToItsLastEightBytes() {
        #expect(CallID(high: 1, low: 0x8A4B_5C6D_7E8F_9001).reference == 0x8A4B_5C6D_7E8F_9001)
    }
}
