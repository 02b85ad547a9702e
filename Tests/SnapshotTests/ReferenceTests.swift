import Testing

@testable import Intercomd

/// By another implementation: the first eight bytes of SHA-256 over the kind's word and the name.
@Suite struct ReferenceTests {
    @Test func namesAreKnownByTheirHash() {
        #expect(Reference.of(channel: "house") == 0x799B8F7DA1BAAF96)
        #expect(Reference.of(relay: "door") == 0x1F565F6D84A7FCC9)
        // As hashes of 8 bits these two were the same.
        #expect(Reference.of(relay: "office") != Reference.of(relay: "latch"))
        #expect(Reference.of(relay: "house") != Reference.of(channel: "house"))
    }
}
