import Testing
import Wire

@Suite struct FrameLayoutTests {
    @Test func sizesAreThoseOfTheProtocol() {
        #expect(FrameLayout.overhead == 23)
        #expect(FrameLayout.datagramMin == 87)
        #expect(FrameLayout.datagramMax == 1232)
    }
}
