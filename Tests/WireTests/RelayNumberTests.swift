import Testing
import Wire

@Suite struct RelayNumberTests {
    /// FNV-1a of "" is 811c9dc5, of "a" e40c292c: the algorithm's published values, folded.
    @Test func itIsTheFoldedHashOfTheName() {
        #expect(RelayNumber.of("") == 0x81 ^ 0x1c ^ 0x9d ^ 0xc5)
        #expect(RelayNumber.of("a") == 0xe4 ^ 0x0c ^ 0x29 ^ 0x2c)
        #expect(RelayNumber.of("door") != RelayNumber.of("gate"))
    }
}
