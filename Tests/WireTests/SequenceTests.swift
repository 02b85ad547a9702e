import Testing
import Wire

@Suite struct SequenceTests {
    @Test func distanceIsSignedAndWraps() {
        #expect(Sequence(65_535).distance(to: Sequence(0)) == 1)
        #expect(Sequence(0).distance(to: Sequence(65_535)) == -1)
        #expect(Sequence(7).distance(to: Sequence(7)) == 0)
        #expect(Sequence(0).distance(to: Sequence(32_767)) == 32_767)
        #expect(Sequence(0).distance(to: Sequence(32_768)) == -32_768)
    }

    @Test func theDistanceIsThatOfEveryStep() {
        for start in stride(from: UInt16(0), to: 65_000, by: 499) {
            for count in stride(from: -32_768, through: 32_767, by: 411) {
                let later = Sequence(start &+ UInt16(truncatingIfNeeded: count))
                #expect(Sequence(start).distance(to: later) == count)
            }
        }
    }
}
