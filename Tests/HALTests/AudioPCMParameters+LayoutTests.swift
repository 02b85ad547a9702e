import Testing

@testable import HAL

@Suite struct PCMLayoutTests {
    func parameters(_ format: PCMFormat, channels: Int) -> PCMParameters {
        PCMParameters(
            rate: 48_000, channels: channels, format: format, periodSamples: 4, bufferSamples: 8,
            fillSamples: 8)
    }

    func packed(_ samples: [Int16], _ format: PCMFormat, channels: Int) -> [UInt8] {
        let card = parameters(format, channels: channels)
        var bytes = [UInt8](repeating: 0xaa, count: samples.count * card.bytesPerFrame)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let base = buffer.baseAddress { unsafe card.pack(samples.span, into: base) }
        }
        return bytes
    }

    func unpacked(_ bytes: [UInt8], _ format: PCMFormat, channels: Int) -> [Int16] {
        let card = parameters(format, channels: channels)
        var samples = [Int16](repeating: 0, count: bytes.count / card.bytesPerFrame)
        var span = samples.mutableSpan
        var mix = ChannelMix()
        unsafe bytes.withUnsafeBytes { buffer in
            if let base = buffer.baseAddress {
                unsafe card.unpack(base, into: &span, at: 0..<span.count, &mix)
            }
        }
        return samples
    }

    static let layouts: [(PCMFormat, positive: [UInt8], negative: [UInt8])] = [
        (.s16, [0x34, 0x12], [0xfe, 0xff]),
        (.s24, [0x00, 0x34, 0x12, 0x00], [0x00, 0xfe, 0xff, 0xff]),
        (.s24Packed, [0x00, 0x34, 0x12], [0x00, 0xfe, 0xff]),
        (.s32, [0x00, 0x00, 0x34, 0x12], [0x00, 0x00, 0xfe, 0xff]),
    ]

    @Test(arguments: layouts)
    func samplesLieAsAlsaSays(format: PCMFormat, positive: [UInt8], negative: [UInt8]) {
        #expect(packed([0x1234, -2], format, channels: 1) == positive + negative)
        let both = positive + positive + negative + negative
        #expect(packed([0x1234, -2], format, channels: 2) == both)
        #expect(unpacked(positive + negative, format, channels: 1) == [0x1234, -2])
        #expect(unpacked(both, format, channels: 2) == [0x1234, -2])
    }

    @Test(arguments: layouts.map(\.0), [1, 2])
    func everySampleSurvives(format: PCMFormat, channels: Int) {
        let all = Array(Int16.min ... .max)
        #expect(
            unpacked(packed(all, format, channels: channels), format, channels: channels) == all)
    }

    @Test func twoChannelsAreAveragedWithoutOverflow() {
        func heard(_ left: Int16, _ right: Int16) -> Int16? {
            let bytes = packed([left], .s32, channels: 1) + packed([right], .s32, channels: 1)
            return unpacked(bytes, .s32, channels: 2).first
        }
        #expect(heard(.max, .max) == .max)
        #expect(heard(.min, .min) == .min)
        #expect(heard(.min, .max) == -1)
        #expect(heard(1_000, 3_001) == 2_000)
    }

    @Test func bitsBelowOursAndUnusedOnesAreNotHeard() {
        #expect(unpacked([0xff, 0xff, 0x34, 0x12], .s32, channels: 1) == [0x1234])
        #expect(unpacked([0xff, 0x34, 0x12], .s24Packed, channels: 1) == [0x1234])
        // The fourth byte of S24 belongs to the driver.
        #expect(unpacked([0xff, 0x34, 0x12, 0x99], .s24, channels: 1) == [0x1234])
    }
}
