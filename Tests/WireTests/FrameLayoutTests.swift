import Testing
import Wire

@Suite struct FrameLayoutTests {
    @Test func sizesAreThoseOfTheProtocol() {
        #expect(FrameLayout.overhead == 23)
        #expect(FrameLayout.datagramMin == 87)
        #expect(FrameLayout.plaintextMax + FrameLayout.overhead == 1232)
    }
}
