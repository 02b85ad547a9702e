import Testing
import Wire

@Suite struct PacketLayoutTests {
    @Test func sizesAreThoseOfTheProtocol() {
        #expect(PacketLayout.overhead == 25)
        #expect(PacketLayout.datagramMin == 89)
        #expect(PacketLayout.plaintextMax + PacketLayout.overhead == 1232)
    }
}
