import Audio
import Foundation
import Scene
import Testing

@Suite struct OpusTests {
    @Test(arguments: [(16_000, 20), (32_000, 40), (96_000, 120)])
    func packetsAreConstantInSize(bitrate: Int, size: Int) throws {
        var encoder = try OpusEncoder(bitrate: bitrate)
        let speech = Speech(seconds: 2, pauses: true)
        var packet = [UInt8](repeating: 0, count: 400)
        for i in 0..<speech.frameCount {
            var span = packet.mutableSpan
            let count = encoder.encode(speech.frame(i), into: &span)
            #expect(count == size)
            #expect(OpusDecoder.sampleCount(of: packet[0..<size].span) == 480)
        }
        let declared = encoder.frameSize
        #expect(declared == size)
    }

    @Test func soundSurvivesTheWay() throws {
        var encoder = try OpusEncoder(bitrate: 96_000)
        var decoder = try OpusDecoder()
        var (sent, got): ([Double], [Double]) = ([], [])
        var packet = [UInt8](repeating: 0, count: 400)
        var sound = [Int16](repeating: 0, count: 480)
        for i in 0..<100 {
            var frame = Frame(repeating: 0)
            for k in 0..<480 {
                frame[k] = Int16(8_000 * sin(Double(i * 480 + k) * 2 * Double.pi * 440 / 48_000))
            }
            var span = packet.mutableSpan
            let count = encoder.encode(frame, into: &span)
            var out = sound.mutableSpan
            let decoded = decoder.decode(packet[0..<count].span, into: &out)
            #expect(decoded == 480)
            for k in 0..<480 {
                sent.append(Double(frame[k]))
                got.append(Double(sound[k]))
            }
        }
        // The codec's look-ahead: 312 samples.
        let half = sent.count / 2
        var (error, signal) = (0.0, 0.0)
        for i in half..<(sent.count - 480) {
            error += pow(got[i + 312] - sent[i], 2)
            signal += pow(sent[i], 2)
        }
        #expect(10 * log10(signal / error) > 12)
    }

    @Test func resetMakesTheDecoderForget() throws {
        let talk = try Talk(Speech(seconds: 1, pauses: false))
        var used = try OpusDecoder()
        var fresh = try OpusDecoder()
        var sound = [Int16](repeating: 0, count: 480)
        for payload in talk.payloads {
            var out = sound.mutableSpan
            _ = used.decode(payload.span, into: &out)
        }
        used.reset()
        for payload in talk.payloads.prefix(20) {
            var out = sound.mutableSpan
            _ = used.decode(payload.span, into: &out)
            let first = sound
            out = sound.mutableSpan
            _ = fresh.decode(payload.span, into: &out)
            #expect(first == sound)
        }
    }

    @Test func concealmentContinuesAndDies() throws {
        let talk = try Talk(Speech(seconds: 1, pauses: false))
        var decoder = try OpusDecoder()
        var sound = [Int16](repeating: 0, count: 480)
        for payload in talk.payloads {
            var out = sound.mutableSpan
            _ = decoder.decode(payload.span, into: &out)
        }
        var out = sound.mutableSpan
        decoder.conceal(samples: 480, into: &out)
        #expect(sound.contains { $0 != 0 })
    }

    @Test func whatIsNoPacketDecodesToNothing() throws {
        var decoder = try OpusDecoder()
        var sound = [Int16](repeating: 0, count: 480)
        for bytes: [UInt8] in [[], [14 << 3 | 3], [14 << 3 | 2, 250]] {
            var out = sound.mutableSpan
            let count = decoder.decode(bytes.span, into: &out)
            #expect(count == nil)
        }
        // No room for 20 ms.
        var out = sound.mutableSpan
        let long: [UInt8] = [15 << 3, 1, 2, 3]
        let count = decoder.decode(long.span, into: &out)
        #expect(count == nil)
    }

    @Test(arguments: [(0, 9), (5_999, 9), (300_000, 9), (32_000, 11), (32_000, -1)])
    func settingsOutOfRangeAreRefused(bitrate: Int, complexity: Int) {
        #expect(throws: OpusError.self) {
            _ = try OpusEncoder(bitrate: bitrate, complexity: complexity)
        }
    }
}
