import Testing
import Wire

@Suite struct FrameLayoutTests {
    @Test func sizesAreThoseOfTheProtocol() {
        #expect(FrameLayout.overhead == 25)
        #expect(FrameLayout.datagramMin == 89)
        #expect(FrameLayout.plaintextMax + FrameLayout.overhead == 1232)
    }
}
