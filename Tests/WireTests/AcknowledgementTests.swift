import Testing
import Wire

@Suite struct AcknowledgementTests {
    @Test func holdsOneToEight() {
        var list = Acknowledgement(1)
        #expect(!list.isFull && list.contains(1) && !list.contains(0))
        for mid in UInt32(2)...8 { list.append(mid) }
        #expect(list.isFull && list.contains(8) && !list.contains(9))
        #expect(list != Acknowledgement(1))
    }
}
