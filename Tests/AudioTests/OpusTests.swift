import Audio
import Testing

@Suite struct OpusTests {
    @Test func packetsAreConstantInSize() throws {
        var encoder = try OpusEncoder(bitrate: 32_000)
        var packet = [UInt8](repeating: 0, count: 400)
        let frame = Frame(repeating: 0)
        var span = packet.mutableSpan
        #expect(encoder.encode(frame, into: &span) == 40)
        #expect(encoder.frameSize == 40)
    }
}
