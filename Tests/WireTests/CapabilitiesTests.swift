import Testing
import Vectors
import Wire

@Suite struct CapabilitiesTests {
    @Test func areThoseOfTheVectors() throws {
        let wanted = bytes(hex: vectors.input("init_caps"))
        let capabilities = Capabilities(bootID: 0x0102_0304_0506_0708)
        var written = [UInt8](repeating: 0xEE, count: Capabilities.size)
        var span = written.mutableSpan
        capabilities.write(into: &span)
        #expect(written == wanted)
        #expect(Capabilities(parsing: wanted.span) == capabilities)
    }

    @Test func anySixteenBytesAreAcceptedAndNoOtherNumber() {
        let bytes = [UInt8](repeating: 0xFF, count: 17)
        for size in 0...17 {
            let read = Capabilities(parsing: bytes.span.extracting(first: size))
            #expect((read != nil) == (size == 16))
        }
    }
}
