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

    @Test func itsTextIsReadBack() {
        let id = CallID(high: 0x0190_A5B0_C1D2_7E3F, low: 0x8A4B_5C6D_7E8F_9001)
        #expect(id.text == "0190a5b0-c1d2-7e3f-8a4b-5c6d7e8f9001")
        #expect(CallID(id.text) == id)
    }

    @Test(arguments: [
        "", "0190a5b0-c1d2-7e3f-8a4b-5c6d7e8f900", "0190a5b0-c1d2-7e3f-8a4b-5c6d7e8f90011",
        "0190a5b0c1d2-7e3f-8a4b-5c6d7e8f90012", "0190A5B0-c1d2-7e3f-8a4b-5c6d7e8f9001",
        "0190a5b0-c1d2-7e3f-8a4b-5c6d7e8f900é",
    ])
    func otherTextIsNone(_ text: String) { #expect(CallID(text) == nil) }
}
