import Testing
import Wire

@Suite struct FrameFlagsTests {
    @Test func everyByteIsReadAsItsBitsSay() {
        for byte in UInt8.min ... .max {
            let flags = FrameFlags(rawValue: byte)
            #expect(flags.kind == [.audio, .control, .cover, .drop][Int(byte >> 6)])
            #expect(flags.isSpurtStart == (byte & 32 != 0))
            #expect(flags.stream == byte & 31)
        }
    }

    @Test func whatIsWrittenIsReadBack() {
        for stream in FrameFlags.streams {
            for isSpurtStart in [false, true] {
                let flags = FrameFlags(kind: .audio, isSpurtStart: isSpurtStart, stream: stream)
                #expect(flags.kind == .audio)
                #expect(flags.isSpurtStart == isSpurtStart)
                #expect(flags.stream == stream)
            }
        }
        #expect(FrameFlags(kind: .control).rawValue == 0x40)
        #expect(FrameFlags(kind: .cover).rawValue == 0x80)
        // The audio cases of the shared vectors: stream 5 in its first 100 ms.
        #expect(FrameFlags(kind: .audio, isSpurtStart: true, stream: 5).rawValue == 37)
    }
}
