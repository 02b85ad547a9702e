import Scene
import Seeds
import Testing

@testable import Audio

@Suite struct RecordedTrackTests {
    private let track: RecordedTrack

    init() throws { track = try RecordedTrack() }

    /// Packets of speech in a profile's frames.
    private func packets(_ profile: Profile, seconds: Double = 1) throws -> [[UInt8]] {
        try AudioTests.packets(of: Speech(seconds: seconds, pauses: false), profile)
    }

    private func decoded(_ packets: [[UInt8]]) throws -> [Int16] {
        var decoder = try OpusDecoder()
        return packets.flatMap { packet in
            var room = [Int16](repeating: 0, count: 5_760)
            var span = room.mutableSpan
            let count = decoder.decode(packet.span, into: &span) ?? 0
            return room[..<count]
        }
    }

    /// All of the sound, taken in blocks of a length that fits nothing.
    private func rendered(_ track: RecordedTrack, more: Int = 0) -> [Int16] {
        var sound: [Int16] = []
        while sound.count < track.end + more {
            var block = [Int16](repeating: 1, count: min(333, track.end + more - sound.count))
            var span = block.mutableSpan
            track.render(into: &span)
            sound += block
        }
        return sound
    }

    @Test(arguments: Profile.allCases)
    func packetsThatFollowAreOneSoundAlthoughTimesAreRounded(profile: Profile) throws {
        let packets = try packets(profile)
        let size = profile.settings.frameSamples
        for (index, packet) in packets.enumerated() {
            track.add(packet.span, at: UInt32(1_000 + index * size / 48))
        }
        #expect(track.end == 48_000 + packets.count * size)
        #expect(track.talked == packets.count * size && track.undecoded == 0)
        #expect(track.payload == packets.reduce(0) { $0 + $1.count })
        let silence = [Int16](repeating: 0, count: 48_000)
        #expect(rendered(track, more: 700) == silence + (try decoded(packets)) + silence[..<700])
    }

    @Test func afterAPauseTheDecoderBeginsAnew() throws {
        let packets = try packets(.voice, seconds: 0.1)
        for start in [0, 1_000] {
            for (index, packet) in packets.enumerated() {
                track.add(packet.span, at: UInt32(start + 10 * index))
            }
        }
        let once = try decoded(packets)
        let pause = [Int16](repeating: 0, count: 48_000 - once.count)
        #expect(rendered(track) == once + pause + once)
        #expect(track.end == 48_000 + once.count)
    }

    @Test func lostPacketIsConcealedAndTheNextKeepsItsTime() throws {
        let packets = try packets(.voice)
        for (index, packet) in packets.enumerated() where !(40..<43).contains(index) {
            track.add(packet.span, at: UInt32(10 * index))
        }
        #expect(track.end == 48_000 && track.talked == 48_000 - 3 * 480)
        let sound = rendered(track)
        #expect(sound[..<(40 * 480)] == (try decoded(packets))[..<(40 * 480)])
        #expect(sound[(40 * 480)..<(41 * 480)].contains { $0 != 0 })
    }

    @Test func whatIsNoOpusOrComesAgainIsSkipped() throws {
        let packets = try packets(.voice, seconds: 0.1)
        for (index, packet) in packets.enumerated() {
            track.add(packet.span, at: UInt32(10 * index))
            track.add(packet.span, at: UInt32(10 * index))
        }
        let late = packets[0]
        track.add(late.span, at: 0)
        for bad in [[], [0xFF]] as [[UInt8]] { track.add(bad.span, at: 200) }
        #expect(track.undecoded == 2 && track.packetCount == packets.count)
        #expect(track.end == packets.count * 480)
    }

    @Test func anyPacketsAtAnyTimeAreSoundOfThatLength() throws {
        var random = SplitMix64(seed: testSeed())
        for _ in 0..<500 {
            let size = Int.random(in: 0..<200, using: &random)
            let packet = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            track.add(packet.span, at: UInt32.random(in: 0...60_000, using: &random))
        }
        #expect(rendered(track).count == track.end)
        let far = try RecordedTrack()
        far.add([0xF8, 0xFF, 0xFE].span, at: .max)
        far.measure()
        #expect(far.end == Int(UInt32.max) * 48 + 960)
    }

    @Test func figuresAreThoseOfTheTalkAlone() throws {
        var encoder = try OpusEncoder(.studio)
        for index in 0..<400 {
            let tone = (0..<240).map { place in
                Int16(16_384 * Sine.of(turns: Double(index * 240 + place) / 48))
            }
            var packet = [UInt8](repeating: 0, count: 400)
            var span = packet.mutableSpan
            let count = encoder.encode(tone.span, into: &span)
            track.add(packet.span.extracting(first: count), at: UInt32(7_000 + 5 * index))
        }
        track.measure()
        #expect(abs(track.peakDBFS - -6) < 0.5)
        #expect(abs(track.levelDBFS - -9) < 0.3)
        #expect(track.signalToNoise == nil)
        let silent = try RecordedTrack()
        #expect(silent.peakDBFS == -96 && silent.levelDBFS == -96)
    }

    @Test(arguments: [0, 1, 480, 96_001])
    func headerIsReadAsTheFileThatItIs(samples: Int) throws {
        let bytes =
            WAVFormat.header(samples: samples) + [UInt8](repeating: 0x40, count: 2 * samples)
        var reader = WAVReader()
        var count = 0
        try reader.add(bytes.span) { sample in
            #expect(sample == Float(0x4040) / 32_768)
            count += 1
        }
        #expect(count == samples)
        #expect(reader.format == WAVFormat(rate: 48_000, channels: 1, encoding: .signed16))
        #expect(bytes.count == 44 + 2 * samples)
    }
}
