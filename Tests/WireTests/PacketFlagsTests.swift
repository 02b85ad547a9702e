import Testing
import Wire

@Suite struct PacketFlagsTests {
    @Test func everyByteIsReadAsItsBitsSay() {
        for byte in UInt8.min ... .max {
            let flags = PacketFlags(rawValue: byte)
            #expect(flags.kind == [.audio, .control, .cover, .forward][Int(byte >> 6)])
            #expect(flags.isSpurtStart == (byte & 32 != 0))
            #expect(flags.stream == byte & 31)
            guard flags.kind == .forward else { continue }
            #expect(flags.isToBePassedOn == (byte & 32 != 0) && flags.forwardPlace == byte & 31)
            let same = PacketFlags(
                forwardPlace: flags.forwardPlace, isToBePassedOn: flags.isToBePassedOn)
            #expect(same == flags)
        }
    }

    @Test func whatIsWrittenIsReadBack() {
        for stream in PacketFlags.streams {
            for isSpurtStart in [false, true] {
                let flags = PacketFlags(kind: .audio, isSpurtStart: isSpurtStart, stream: stream)
                #expect(flags.kind == .audio)
                #expect(flags.isSpurtStart == isSpurtStart)
                #expect(flags.stream == stream)
            }
        }
        #expect(PacketFlags(kind: .control).rawValue == 0x40)
        #expect(PacketFlags(kind: .cover).rawValue == 0x80)
        // The audio cases of the shared vectors: stream 5 in its first 100 ms.
        #expect(PacketFlags(kind: .audio, isSpurtStart: true, stream: 5).rawValue == 37)
    }
}
