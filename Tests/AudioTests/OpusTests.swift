import Scene
import Seeds
import Testing

@testable import Audio

@Suite struct OpusTests {
    /// All packets of a profile have one size, whatever the words; the words decide how much is
    /// padding, so a size that followed them would show here.
    @Test(arguments: Profile.allCases)
    func sizesDoNotTellSpeechFromSilence(profile: Profile) throws {
        let length = profile.settings.frameSamples
        let speech = Speech(seconds: 3, pauses: true).samples
        var random = SplitMix64(seed: 11)
        let noise = (0..<48_000).map { _ in Int16.random(in: -32_000...32_000, using: &random) }
        let silence = [Int16](repeating: 0, count: 48_000)
        var encoder = try OpusEncoder(profile)
        var bytes = [UInt8](repeating: 0, count: 400)
        var sizes: Set<Int> = []
        var paddings: Set<Int> = []
        for sound in [speech, silence, noise, speech] {
            for start in stride(from: 0, through: sound.count - length, by: length) {
                var room = bytes.mutableSpan
                let size = encoder.encode(sound[start..<start + length].span, into: &room)
                sizes.insert(size)
                paddings.insert(padding(of: bytes[..<size]))
                let samples = OpusDecoder.sampleCount(of: bytes[0..<size].span)
                #expect(samples == length)
                // Without SILK there is no look-ahead for it (RFC 6716 §3.1: 16 to 31).
                if profile.settings.mode == .lowDelay { #expect(bytes[0] >> 3 >= 16) }
            }
        }
        #expect(sizes == [profile.settings.frameSize(bitrate: profile.settings.bitrate)])
        #expect((paddings.count > 5) == (profile.settings.fill < 100), "\(paddings.sorted())")
    }

    /// Opus's own padding (RFC 6716 §3.2.5) in a packet of one frame, with its length bytes.
    private func padding(of packet: ArraySlice<UInt8>) -> Int {
        guard packet[0] & 3 == 3 else { return 0 }
        guard packet[1] & 0x40 != 0 else { return 1 }
        var (place, count) = (2, 2)
        while packet[place] == 255 {
            (place, count) = (place + 1, count + 255)
        }
        return count + 1 + Int(packet[place])
    }

    /// Whatever the sound, it never exceeds the packet.
    @Test(arguments: [Profile.voice, .lowpower], [20, 29, 48, 58, 72, 119, 120, 400])
    func theLoudestNoiseFitsItsPacket(profile: Profile, size: Int) throws {
        let length = profile.settings.frameSamples
        var random = SplitMix64(seed: 12)
        var encoder = try OpusEncoder(profile)
        encoder.change(frameSize: size)
        var decoder = try OpusDecoder()
        var bytes = [UInt8](repeating: 0, count: 400)
        var sound = [Int16](repeating: 0, count: length)
        for _ in 0..<100 {
            let noise = (0..<length).map { _ in Int16.random(in: -32_768...32_767, using: &random) }
            var room = bytes.mutableSpan
            let count = encoder.encode(noise.span, into: &room)
            #expect(count == size)
            var out = sound.mutableSpan
            #expect(decoder.decode(bytes[0..<size].span, into: &out) == length)
        }
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
        // More bits than fit in its packets.
        #expect(throws: OpusError.self) { _ = try OpusEncoder(.lowpower, bitrate: 168_000) }
    }
}

@Suite struct CodecTrialTests {
    /// A quieter tone and silence are noticed.
    @Test(arguments: Profile.allCases, [Float(1), 0.5, 0])
    func aToneComesBack(profile: Profile, gain: Float) {
        #expect(CodecTrial.holds(profile, gain: gain) == (gain == 1))
    }
}
